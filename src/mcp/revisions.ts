/** Revisions whose connections open with a handshake. */
const OLDER = new Set(['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']);

/** Whether a text is exactly the name of a revision before the stateless one. */
export function isOlderRevision(text: string): boolean {
  return OLDER.has(text);
}
