"""What the Temporal UI shows at the head of a conversation: no text, no address, nobody's name."""

from domain.conversations import Memory


def current_details(memory: Memory) -> str:
    """A table in Markdown: state, assignee, window and every timer with its time (UTC)."""
    lines = ["| | |", "|---|---|", f"| state | **{memory.state}** |"]
    lines.append(f"| agent | {memory.agent_id or '-'} |")
    if memory.queue_id is not None:
        lines.append(f"| queue | {memory.queue_id} |")
    if memory.offer is not None:
        lines.append(f"| offered to | {memory.offer.agent_id} ({memory.offer.purpose}) |")
    if memory.window_expires_at is not None:
        lines.append(f"| service window until | {memory.window_expires_at:%Y-%m-%d %H:%M:%S} |")
    if memory.parked:
        lines.append(f"| parked replies | {len(memory.parked)} |")
    lines += [
        f"| timer: {deadline.replace('_', ' ')} | {at:%Y-%m-%d %H:%M:%S} |"
        for deadline, at in sorted(memory.deadlines.items(), key=lambda item: item[1])
    ]
    return "\n".join(lines)
