/** A form of a few questions: before a chat, and after it. */

import { h, setText } from '../dom.js';
import { complaint } from '../questions.js';
import { button } from './button.js';

const TYPES = { email: 'email', phone: 'tel', text: 'text' };
const COMPLETED_BY = { email: 'email', phone: 'tel' };
const LONGEST = { text: 500, long_text: 2000, email: 254, phone: 40 };
let count = 0;

/** `submit(answers)` may fail; `others` are buttons beside the one that sends. */
export function formView(ui, { title, questions, label, submit, others = [] }) {
  const fields = questions.map((question) => field(ui, question));
  const problem = h('p', { class: 'problem', role: 'alert' });
  const send = button(label, 'primary', null, { type: 'submit' });
  const node = h(
    'form',
    { class: 'form', noValidate: true, on: { submit: onSubmit } },
    h('h3', { text: title }),
    ...fields.map((each) => each.node),
    problem,
    h('div', { class: 'actions' }, send, ...others),
  );
  (fields[0]?.control ?? send).setAttribute('data-begin', '');

  async function onSubmit(event) {
    event.preventDefault();
    const wrong = fields.filter((each) => !each.check());
    if (wrong.length) return wrong[0].control.focus();
    send.disabled = true;
    setText(problem, '');
    try {
      await submit(Object.fromEntries(fields.map((each) => [each.name, each.answer()]).filter(([, given]) => given)));
    } catch {
      setText(problem, ui.say('failed'));
    }
    send.disabled = false;
  }

  return { node, update() {} };
}

function field(ui, question) {
  const id = `question-${(count += 1)}`;
  const control = controlOf(ui, question, id);
  const problem = h('p', { class: 'problem', id: `${id}-problem` });
  const answer = () => (question.kind === 'consent' ? (control.checked ? 'true' : '') : control.value.trim());
  control.addEventListener('input', () => control.hasAttribute('aria-invalid') && check());

  function check() {
    const wrong = complaint(question, answer());
    setText(problem, wrong ? ui.say(wrong) : '');
    if (wrong) control.setAttribute('aria-invalid', 'true');
    else control.removeAttribute('aria-invalid');
    return !wrong;
  }

  return { name: question.name, control, answer, check, node: around(ui, question, control, problem) };
}

function around(ui, question, control, problem) {
  const label = h('label', { htmlFor: control.id, text: question.label });
  if (question.kind === 'consent') return h('div', { class: 'field consent' }, control, label, problem);
  if (!question.required) label.append(' ', h('span', { class: 'hint', text: `(${ui.say('optional')})` }));
  return h('div', { class: 'field' }, label, control, problem);
}

function controlOf(ui, question, id) {
  const common = { id, 'aria-describedby': `${id}-problem`, required: question.required };
  if (question.kind === 'consent') return h('input', { ...common, type: 'checkbox' });
  if (question.kind === 'options') return choice(ui, question, common);
  const props = { ...common, maxLength: LONGEST[question.kind] };
  if (question.kind === 'long_text') return h('textarea', { ...props, rows: 3 });
  return h('input', { ...props, type: TYPES[question.kind], autocomplete: completedBy(question) });
}

function completedBy({ kind, name }) {
  return COMPLETED_BY[kind] ?? (name === 'name' ? 'name' : 'off');
}

function choice(ui, question, props) {
  const nothing = h('option', { value: '', text: ui.say('choose') });
  return h('select', props, nothing, ...question.options.map((option) => h('option', { value: option, text: option })));
}
