/** Which files may be sent, before a server is bothered with the others. */

/** `{good, complaints}`; a complaint is `{why, name, bytes}` with the name of a text. */
export function acceptable(files, { max_bytes, types }) {
  const judged = files.map((file) => ({ file, why: complaintOf(file, max_bytes, types) }));
  return {
    good: judged.filter(({ why }) => !why).map(({ file }) => file),
    complaints: judged.filter(({ why }) => why).map(({ file, why }) => ({ why, name: file.name, bytes: max_bytes })),
  };
}

function complaintOf(file, most, types) {
  if (most && file.size > most) return 'file_too_large';
  return isOfType(file, types ?? []) ? null : 'file_type';
}

/** A type may be exact or `image/*`; a browser that does not know one says nothing: let the server look. */
function isOfType(file, types) {
  if (!types.length || !file.type) return true;
  return types.some((type) => type === file.type || (type.endsWith('/*') && file.type.startsWith(type.slice(0, -1))));
}
