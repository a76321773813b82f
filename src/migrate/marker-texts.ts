// What is said to a person at a place that the tool cannot finish. Data only: one text for each id.

export interface MarkerText {
  /** `{detail}` stands for what only the place can say. Without it, a detail is added at the end. */
  readonly text: string;
  /** What stands for `{detail}` when the place says nothing. */
  readonly otherwise?: string;
  /** `finding`: the comment goes when nothing is found there any more. `person`: it stays until somebody has read it. */
  readonly until: 'finding' | 'person';
}

const state = (what: string): MarkerText => ({ text: `Session state that cannot be moved automatically: {detail}. Give it a handle, as in create_<kind>.`, otherwise: what, until: 'finding' });
const sampling = (what: string): MarkerText => ({ text: '{detail} has no equivalent with this provider.', otherwise: what, until: 'person' });
const elicitation = (what: string): MarkerText => ({ text: 'This question cannot be asked here on 2026-07-28: {detail}.', otherwise: what, until: 'finding' });

export const MARKER_TEXTS: Readonly<Record<string, MarkerText>> = {
  // The second major of the SDK
  'sdk-removed': { text: '{detail} stays on the first major of the SDK: the second has no such thing. Replace it, then remove @modelcontextprotocol/sdk.', otherwise: 'This', until: 'person' },
  'sdk-registration': { text: 'The arguments of this registration cannot be told apart. Use registerTool, registerPrompt or registerResource.', until: 'person' },
  'sdk-intercepted': { text: 'The second major has no {detail}: this stands between the server and registrations that go by the newer method now. Put it there, with the arguments of that.', otherwise: 'such method', until: 'person' },
  'sdk-path': { text: 'What this module had is in several packages of the second major. Import by name.', until: 'person' },
  'sdk-result': { text: 'This is no {detail}, and clients will refuse it. Return one, or throw a ProtocolError.', otherwise: 'result of this method', until: 'person' },
  'sdk-type': { text: 'This does not compile with the second major of the SDK: {detail}.', otherwise: 'see the compiler', until: 'person' },
  'sdk-framework': { text: 'This server goes to a framework that is built on the first major of the SDK, so this package stays there. Raise the framework, remove this comment and migrate again.', until: 'person' },
  'sdk-server-info': { text: '{detail} has no effect beside name and version. Move it to the second argument if it is meant, or remove it.', otherwise: 'This', until: 'person' },
  'sdk-error-text': { text: 'Messages of errors no longer begin with the code.', until: 'person' },
  // Hosting
  'server-escapes': { text: 'This server object is used outside the code that builds it. Make that code take the server as a parameter, then build it in the factory.', until: 'finding' },
  'factory-side-effect': { text: 'This runs once per request now. Move it to module level.', until: 'person' },
  'session-lifecycle': { text: 'This ran when a session began or ended. There are no sessions; decide when it should run.', until: 'person' },
  'legacy-only': { text: 'Clients of the new revision are refused here. Serve them with createMcpHandler; what stood in the way is in the summary.', until: 'finding' },
  oninitialized: { text: 'No initialize happens on 2026-07-28 connections. Run this at start-up or per request.', until: 'finding' },
  'start-twice': { text: 'Negotiating clients start this program twice; take this lock or port on first use.', until: 'person' },
  'no-resume': { text: 'A dropped call is not resumed. Make this repeatable, or a task.', until: 'person' },
  'sse-url': { text: 'The path has changed: clients must use the new URL.', until: 'person' },
  'stage1-push': { text: 'The server cannot ask the client when hosting is stateless on the first major of the SDK.', until: 'finding' },
  // State
  'state-key': state('its key is not the session alone'),
  'state-initial': state('what it begins with depends on the session'),
  'state-escapes': state('it is used outside the handlers'),
  'state-nested': state('it is part of other state'),
  'state-not-serializable': { text: '{detail} cannot be stored outside this process. Keep it in one process, keyed by a handle, or replace it.', otherwise: 'This', until: 'person' },
  'dynamic-registration': { text: 'The list of tools must not depend on earlier requests. Register always; return an error when the state is missing.', until: 'finding' },
  'live-resource': { text: 'Only the process that opened this can use it: route calls with one handle to that replica, or run one replica. It is closed when it is idle for ttlMs.', until: 'person' },
  'handle-argument': { text: 'This call needs a handle now: {detail}.', otherwise: 'a tool gives it', until: 'person' },
  'owner-claim': { text: 'Choose the claim that names the user, and use it in ownerOf.', until: 'person' },
  'session-telemetry': { text: 'The session id was used for telemetry. Use the principal or a request id.', until: 'finding' },
  'session-auth': { text: 'The session id was used for authorization. Review by hand: use the principal.', until: 'finding' },
  'session-store': { text: 'There is no session id to store this under: remove the record of the session; give data that tools keep an id that a tool gives out, with its owner.', until: 'finding' },
  // Sampling
  'sampling-approval': { text: "The model call now uses this server's key and is no longer approved by the client.", until: 'person' },
  'sampling-params': sampling('A parameter'),
  'sampling-error': sampling('This error'),
  'sampling-context': sampling('The parameter includeContext'),
  'sampling-temperature': sampling('The parameter temperature'),
  'sampling-audio': sampling('Audio'),
  'sampling-left': { text: 'Clients of 2026-07-28 run no models for servers.', until: 'finding' },
  // Logging, roots
  'logging-left': { text: 'Log messages to clients are deprecated with 2026-07-28, and get lost.', until: 'finding' },
  'roots-left': { text: 'Clients of 2026-07-28 are not asked for their directories.', until: 'finding' },
  'logging-clients': { text: 'Clients no longer receive these messages.', until: 'person' },
  'logging-data': { text: 'This value is not JSON.', until: 'person' },
  'roots-config': { text: 'Start the server with the directories that it may use.', until: 'person' },
  'roots-uri': { text: 'This root is not a directory.', until: 'person' },
  // Elicitation
  'elicit-side-effect': { text: 'This runs again in every round. Wrap it in ask.once, or move it after the last question.', until: 'person' },
  'elicit-nondeterministic': { text: 'The questions must be the same in every round. Fix this value with ask.once.', until: 'person' },
  'elicit-rounds': { text: 'More than 8 questions fail for 2025-era clients, more than 10 for others, unless the limits are raised.', until: 'person' },
  'elicit-catch': elicitation('the error is caught here'),
  'elicit-finally': elicitation('a finally block would run in every round'),
  'elicit-in-state': elicitation('it is asked while state is locked'),
  'elicit-no-request': elicitation('there is no request to answer'),
  'elicit-url-error': elicitation('the error that asks for a URL is thrown here'),
  'elicit-push': { text: 'This asks the user while the call runs; clients of 2026-07-28 cannot be asked then. Return inputRequired with the question, and read the answer when the client calls again.', until: 'finding' },
  'elicit-completion': { text: 'Clients of 2026-07-28 are not told that an elicitation has ended: they call again. Remove this.', until: 'finding' },
  'elicit-key': { text: 'Set MCP_REQUEST_STATE_KEY to the same secret of 32 bytes or more on all replicas.', until: 'person' },
  // Subscriptions, tasks
  'subscribe-legacy-http': { text: '2025-era HTTP clients get no updates.', until: 'person' },
  'subscribe-request': { text: 'Clients of 2026-07-28 listen, and never send this request: what it keeps is known of older clients only. Tell changes to all who listen.', until: 'finding' },
  'tell-listeners': { text: 'On 2026-07-28 only clients that listen hear of changes, and over HTTP nobody does from here: tell the handler (notify), which outlives the request.', until: 'finding' },
  bus: { text: 'Give all replicas the same event bus.', until: 'person' },
  tasks: { text: 'There is no server runtime for tasks. Make this an ordinary tool, or serve the extension by hand.', until: 'finding' },
  'tasks-of-clients': { text: 'Clients of 2026-07-28 run no tasks for servers. Ask without one, or drop this.', until: 'finding' },
};
