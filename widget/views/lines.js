/** The transcript as a list of lines: days, messages, and what is still on its way. No document. */

/** Each: `{key, kind: "day" | "message", …}`; two lines are the same when their JSON is. */
export function linesOf(chat) {
  const said = chat.messages.list().map(ofMessage);
  const waiting = chat.outbox.list().filter((entry) => !chat.messages.has(entry.client_id));
  return withDays(grouped([...said, ...waiting.map(ofEntry)]));
}

function ofMessage({ message_id, client_id, author, author_name, at, content, status }) {
  const key = client_id ?? message_id;
  return { key, kind: 'message', author, name: author_name, at, content, mark: status };
}

function ofEntry(entry) {
  const content = entry.file ? { kind: 'upload', file: entry.file, size: entry.file.size } : { kind: 'text', text: entry.text };
  const mark = entry.failure ? 'not_sent' : 'sending';
  const at = new Date(entry.at).toISOString();
  return { key: entry.client_id, kind: 'message', author: 'customer', name: null, at, content, mark, entry };
}

/** Who speaks is said once, and when, at the end of what they said in one go. */
function grouped(lines) {
  return lines.map((line, index) => ({
    ...line,
    isFirst: !continues(lines[index - 1], line),
    isLast: !continues(line, lines[index + 1]),
  }));
}

const ONE_GO = 5 * 60_000;

function continues(one, next) {
  if (!one || !next || one.author !== next.author || one.name !== next.name) return false;
  return new Date(next.at) - new Date(one.at) < ONE_GO && dayOf(one) === dayOf(next);
}

function withDays(lines) {
  return lines.flatMap((line, index) => {
    const isNew = index === 0 || dayOf(lines[index - 1]) !== dayOf(line);
    return isNew ? [{ key: `day:${dayOf(line)}`, kind: 'day', at: line.at }, line] : [line];
  });
}

function dayOf({ at }) {
  return new Date(at).toDateString();
}
