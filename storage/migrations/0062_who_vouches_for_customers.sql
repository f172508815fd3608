-- A customer whom a shop vouches for is known by what the shop calls them and by the shop: `user:sub issuer`. Who
-- chatted at widgets of more than one issuer may be several people: nobody signs in as them any more.
UPDATE addresses a SET value = a.value || ' ' || vouched.issuer
FROM (
    SELECT c.address_id, min(w.settings -> 'sign_in' ->> 'issuer') AS issuer
    FROM conversations c
    JOIN addresses known USING (address_id)
    LEFT JOIN widgets w ON w.endpoint_id = c.endpoint_id
    WHERE known.channel = 'live_chat' AND known.value LIKE 'user:%'
    GROUP BY c.address_id
    HAVING count(*) = count(w.settings -> 'sign_in' ->> 'issuer')
       AND count(DISTINCT w.settings -> 'sign_in' ->> 'issuer') = 1
) AS vouched
WHERE a.address_id = vouched.address_id AND strpos(a.value, ' ') = 0;

UPDATE chat_sessions s SET address = s.address || ' ' || (w.settings -> 'sign_in' ->> 'issuer')
FROM widgets w
WHERE w.endpoint_id = s.widget_id AND s.address LIKE 'user:%' AND strpos(s.address, ' ') = 0
  AND w.settings -> 'sign_in' ->> 'issuer' IS NOT NULL;
