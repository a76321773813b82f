import { wellFormed } from '../links.js';
import { inert } from '../paint.js';

/** HTML that is meant as such. Everything else is text. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | undefined | false | readonly Content[];

/** Fills a template: what is filled in is text, unless it is markup already. There is no other way to make markup of a value. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = parts[0] ?? '';
  values.forEach((value, index) => (text += written(value) + (parts[index + 1] ?? '')));
  return new Markup(text);
}

function written(value: Content): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(written).join('');
  return escaped(String(value));
}

function escaped(text: string): string {
  return inert(wellFormed(text)).replace(/[&<>"'`]/g, c => `&#${c.charCodeAt(0)};`);
}
