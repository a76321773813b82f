import { entriesOf, recover, undoLast, UndoRefused } from '../migrate/journal.js';
import { forgetLast } from '../migrate/last.js';
import { rootOf } from './audit.js';
import { EXIT, UsageError, type ExitCode, type Io } from './io.js';

export interface UndoArguments {
  readonly force?: boolean;
}

export async function undoCommand(path: string | undefined, given: UndoArguments, io: Io): Promise<ExitCode> {
  const root = rootOf(path, io);
  try {
    const recovered = recover(root, given.force);
    if (recovered > 0) {
      await io.stderr.write(`A migration had been interrupted: ${files(recovered)} put back.\n`);
      return EXIT.clean;
    }
    const undone = undoLast(root);
    if (!undone) throw new UsageError('There is no migration to undo here.');
    forgetLast(root);
    const more = entriesOf(root).length;
    await io.stderr.write(`Undone: ${files(undone.length)} as before.${more > 0 ? ` ${more.toString()} earlier migration${more === 1 ? '' : 's'} can be undone too.` : ''}\n`);
    return EXIT.clean;
  } catch (error) {
    if (error instanceof UndoRefused) throw new UsageError(error.message);
    throw error;
  }
}

function files(n: number): string {
  return `${n.toString()} file${n === 1 ? '' : 's'}`;
}
