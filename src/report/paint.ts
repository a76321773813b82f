import kleur from 'kleur';

type Style = (text: string) => string;

/** The few styles that the terminal reporters use; all of them plain when colour is off. */
export interface Paint {
  readonly bold: Style;
  readonly dim: Style;
  readonly red: Style;
  readonly yellow: Style;
  readonly blue: Style;
  readonly green: Style;
  readonly cyan: Style;
}

export function paint(colour: boolean): Paint {
  const style = (name: keyof Paint): Style => (colour ? text => withColour(() => kleur[name](text)) : text => text);
  return { bold: style('bold'), dim: style('dim'), red: style('red'), yellow: style('yellow'), blue: style('blue'), green: style('green'), cyan: style('cyan') };
}

/** The caller decides about colour, not what the library thinks of the process. */
function withColour(make: () => string): string {
  const before = kleur.enabled;
  kleur.enabled = true;
  try {
    return make();
  } finally {
    kleur.enabled = before;
  }
}

export interface ColourFacts {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** NO_COLOR wins, then FORCE_COLOR; otherwise colour is for terminals that are not a CI log. */
export function wantsColour({ isTTY, env }: ColourFacts): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return isTTY && !env['CI'] && env['TERM'] !== 'dumb';
}

// Control characters, and those that turn the direction of writing or end a line in some programs.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text from files and file names must not be able to steer the terminal. */
export function inert(text: string): string {
  return text.replace(CONTROL, c => {
    const code = c.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
