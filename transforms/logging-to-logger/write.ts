import type { Style } from '../../src/edits/style.js';
import { textAt } from '../../src/emit/reindent.js';
import type { Range, SourceFile } from '../../src/parse/source.js';
import type { Message, Piece } from './messages.js';

/** A message as texts of code. */
export interface MessageText {
  readonly level: string;
  readonly data: string;
  readonly logger: string | undefined;
  readonly meta?: string | undefined;
}

interface Place {
  readonly indent: string;
  /** The name of what is read member by member. */
  readonly bound: string;
  /** Takes the ranges that are written again. */
  readonly kept: Range[];
}

export function messageText(file: SourceFile, { level, data, logger }: Message, { indent, bound, kept }: Place): MessageText {
  const text = (piece: Piece): string => {
    if ('type' in piece) {
      kept.push(piece.range);
      return textAt(file, piece, indent);
    }
    if (piece.of) kept.push(piece.of.range);
    return `${piece.of ? file.text.slice(...piece.of.range) : bound}.${piece.member}`;
  };
  return { level: text(level), data: text(data), logger: logger && text(logger) };
}

/** `log(level, data, { logger, meta })`. */
export function logCall(name: string, { level, data, logger, meta }: MessageText, indent: string, style: Style): string {
  const options = [...(logger === undefined ? [] : [named('logger', logger)]), ...(meta === undefined ? [] : [named('meta', meta)])];
  return wrapped(name, [level, data, ...(options.length > 0 ? [`{ ${options.join(', ')} }`] : [])], indent, style);
}

/** What sends the message to the client of the request, in the spelling of either SDK line. */
export function protocolCall(line: 'v1' | 'v2', sender: string, { level, data, logger }: MessageText, indent: string, style: Style): string {
  if (line === 'v2') return wrapped(sender, [level, data, ...(logger === undefined ? [] : [logger])], indent, style);
  const members = [named('level', level), named('data', data), ...(logger === undefined ? [] : [named('logger', logger)])];
  const { quote } = style;
  return `${sender}({ method: ${quote}notifications/message${quote}, params: { ${members.join(', ')} } })`;
}

/** Long calls get a line for each argument. */
function wrapped(name: string, args: readonly string[], indent: string, { eol, indent: step }: Style): string {
  const line = `${name}(${args.join(', ')})`;
  if (line.includes('\n') || indent.length + line.length <= 100) return line;
  return `${name}(${eol}${args.map(a => `${indent}${step}${a},${eol}`).join('')}${indent})`;
}

function named(key: string, value: string): string {
  return key === value ? key : `${key}: ${value}`;
}
