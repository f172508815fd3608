/** Whether the answers to a form will do, before the server is asked. */

// What browsers take as an address; whether somebody reads mail there nobody can see from here.
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
const PHONE = /^\+?[\d\s().-]+$/;
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 15;

/** The name of what is wrong with an answer, or null. */
export function complaint(question, answer) {
  const given = typeof answer === 'string' ? answer.trim() : answer;
  if (!given) return question.required ? missing(question) : null;
  if (question.kind === 'email' && !EMAIL.test(given)) return 'wrong_email';
  if (question.kind === 'phone' && !isPhone(given)) return 'wrong_phone';
  return null;
}

function missing(question) {
  return question.kind === 'consent' ? 'missing_consent' : 'missing_answer';
}

function isPhone(text) {
  const digits = text.replace(/\D/g, '').length;
  return PHONE.test(text) && digits >= FEWEST_DIGITS && digits <= MOST_DIGITS;
}
