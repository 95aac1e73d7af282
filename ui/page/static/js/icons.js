// Small pictures for buttons, drawn here; each button says in words what it does.
const drawn = (inner) =>
  `<svg viewBox="0 0 16 16" width="15" height="15" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${inner}</svg>`;

export const COPY = drawn('<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5"/>');
export const AGAIN = drawn('<path d="M13 8a5 5 0 1 1-1.5-3.6L13.2 6"/><path d="M13.4 2.6V6H10"/>');
export const THUMB = drawn('<path d="M1.5 7h3v7h-3zM4.5 7l3-5.5c1.3 0 2 .8 1.8 2L8.9 6h4.2c1 0 1.6.8 1.4 1.7l-1 5c-.2.8-.8 1.3-1.6 1.3H4.5"/>');
export const EDIT = drawn('<path d="m10.5 2.7 2.8 2.8L5.6 13.2l-3.4.6.6-3.4z"/>');
export const SEND = drawn('<path d="M8 13V3.2M3.6 7.4 8 3l4.4 4.4"/>');
export const STOP = drawn('<rect x="4" y="4" width="8" height="8" rx="1" fill="currentColor"/>');
export const FILTER = drawn('<path d="M2 4h12M4.5 8h7M7 12h2"/>');
