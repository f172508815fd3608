/** The few drawings of the widget, as outlines on a grid of 24. */

const SVG = 'http://www.w3.org/2000/svg';
const PATHS = {
  chat: 'M20 11.5a7.6 7.6 0 0 1-8 7.2c-1.2 0-2.4-.2-3.4-.6L4 19.5l1.3-3.6A6.7 6.7 0 0 1 4 11.5a7.6 7.6 0 0 1 8-7.2 7.6 7.6 0 0 1 8 7.2z',
  down: 'M6 9.5l6 6 6-6',
  close: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  send: 'M12 19V5.5M6 11l6-6 6 6',
  clip: 'M19.2 11.4l-7.4 7.4a4.6 4.6 0 0 1-6.5-6.5l7.7-7.7a3.1 3.1 0 0 1 4.4 4.4l-7.7 7.7a1.5 1.5 0 0 1-2.2-2.2l7-7',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  file: 'M6.5 3.5h7.5l4 4v13H6.5zM14 3.5v4.5h4',
  sending: 'M12 4.5a7.5 7.5 0 1 1-7.5 7.5M12 8v4l2.5 1.8',
  sent: 'M5.5 12.5l4.2 4.2 8.8-9.2',
  delivered: 'M2.5 12.5l4.2 4.2 8.8-9.2M11.2 15.7l1 1 9-9.2',
  alert: 'M12 4L2.8 19.5h18.4zM12 10v4.3M12 16.9v.1',
  clock: 'M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM12 8v4.2l2.8 1.7',
  offline: 'M4 4l16 16M8.6 15.2a5 5 0 0 1 6.8 0M5.6 12a9.3 9.3 0 0 1 4.6-2.3M14 9.8a9.3 9.3 0 0 1 4.4 2.2M2.8 8.7a13.6 13.6 0 0 1 4.2-2.6M10.5 5.1a13.6 13.6 0 0 1 10.7 3.6M12 19h.01',
  pin: 'M12 20.5s6.5-5.8 6.5-10.8a6.5 6.5 0 0 0-13 0c0 5 6.5 10.8 6.5 10.8zM12 11.8a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z',
  end: 'M14 4.5H6.5v15H14M10.5 12H20M16.5 8.5L20 12l-3.5 3.5',
  save: 'M12 4.5v10.5M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14',
  mail: 'M4 6.5h16v11.5H4zM4.5 7l7.5 6 7.5-6',
  sound: 'M5 9.5v5h3.5l4.5 4v-13l-4.5 4zM16.5 9a4.2 4.2 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11',
  mute: 'M5 9.5v5h3.5l4.5 4v-13l-4.5 4zM16.5 9.8l4.5 4.5M21 9.8l-4.5 4.5',
};

/** Always decoration: the name of what it stands for is said by its button. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon icon-${name}`);
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
