"""How long people wait in a queue, and who is before them: said once, for customers and for agents."""

from typing import Final

from psycopg.sql import SQL

# Before whom whoever waits as `c` comes: as work is given out, by priority, then by age.
AHEAD: Final = SQL("""(
    SELECT count(*) FROM conversations o
    WHERE o.queue_id = c.queue_id AND o.state = 'open' AND o.ended_by IS NULL
      AND (o.priority, least(o.last_inbound_at, o.state_changed_at), o.conversation_id)
        < (c.priority, least(c.last_inbound_at, c.state_changed_at), c.conversation_id)
)""")
# Waits are those of the last hour; nobody is promised more.
AVERAGE_WAIT: Final = SQL("""(
    SELECT round(extract(epoch FROM avg(o.accepted_at - o.opened_at)))::integer
    FROM conversations o
    WHERE o.queue_id = {queue} AND o.accepted_at > now() - interval '1 hour' AND {among}
)""")
