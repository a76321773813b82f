// What a migration cannot decide by itself: the designs that a person chooses between.

export const TARGETS = ['2026-07-28', 'v1-stateless'] as const;
export const STORES = ['memory', 'file', 'redis', 'postgres', 'dynamodb'] as const;
export const PROVIDERS = ['anthropic', 'openai', 'ai-sdk', 'none'] as const;
export const LOGGINGS = ['otel', 'stderr', 'own'] as const;
export const ROOTS = ['configuration', 'parameter'] as const;
export const LEGACIES = ['stateless', 'sessions', 'sse', 'reject'] as const;
export const HANDLE_SCOPES = ['group', 'container'] as const;

/** How what a person writes about a container has to look. */
export const HANDLE_FORMS = {
  kind: /^[a-z][a-z0-9_]*$/,
  creator: /^[A-Za-z0-9_.-]{1,128}$/,
  owner: /^(?:user|anyone|claim:[\w.:/-]+)$/,
} as const;

/** `user`: the client with the `sub` that it signed in for. `anyone`: the handle alone. Otherwise the claim that names the user. */
export type HandleOwner = 'user' | 'anyone' | `claim:${string}`;

/** What a person decided about one container of state, by the subject of its finding, with `@` and the file where several have it. */
export interface HandleChoice {
  /** `leave`: not rewritten. */
  readonly action?: 'handle' | 'leave';
  /** Kind of thing that the handle names, as in `cart`: `create_cart`, `cart_id`. Containers with different kinds are never merged. */
  readonly kind?: string;
  /** Name of the tool that gives the handle: one that begins this state already, or a new one. */
  readonly creator?: string;
  readonly ttlMinutes?: number;
  readonly owner?: HandleOwner;
  /** Whether it may share a handle; for this container stronger than `handlePer`. */
  readonly per?: (typeof HANDLE_SCOPES)[number];
}

export interface Choices {
  /** `2026-07-28`: the SDK's second major, both eras. `v1-stateless`: stay on the first, without sessions. */
  readonly target: (typeof TARGETS)[number];
  readonly store: (typeof STORES)[number];
  readonly provider: (typeof PROVIDERS)[number];
  /** `own`: the logger that the project has already. */
  readonly logging: (typeof LOGGINGS)[number];
  readonly keepProtocolLogging: boolean;
  /** `parameter`: tools take a directory, which has to be inside of the configured ones. */
  readonly roots: (typeof ROOTS)[number];
  /** How clients of older revisions are served over HTTP. */
  readonly legacy: (typeof LEGACIES)[number];
  /** Whether containers that the same tools use share one handle. */
  readonly handlePer: (typeof HANDLE_SCOPES)[number];
  readonly handles: Readonly<Record<string, HandleChoice>>;
  /** Whether `TODO(mcp-stateless:...)` comments are left where a person has to go on. */
  readonly markers: boolean;
}

/** What is done when nobody is there to ask. Provider and logging may be found out from what the project uses. */
export const DEFAULT_CHOICES: Choices = {
  target: '2026-07-28',
  store: 'memory',
  provider: 'none',
  logging: 'stderr',
  keepProtocolLogging: false,
  roots: 'configuration',
  legacy: 'stateless',
  handlePer: 'group',
  handles: {},
  markers: true,
};
