/** What sdk-map.json holds. Written by scripts/sdk-map.ts from the SDK's declaration files. */

/** Names an SDK type by package and declaration: `sdk#McpServer`, `server#ServerContext.mcpReq`. */
export type SdkTypeId = string;
/** The SDK types of the parameters of one callback, in order; an empty list where a parameter is none. */
export type SdkCallback = readonly (readonly SdkTypeId[])[];

export interface SdkSignature {
  /** By parameter position: the SDK types it takes. */
  readonly takes?: Readonly<Record<string, readonly SdkTypeId[]>>;
  /** By parameter position: how a function given there is called. */
  readonly callbacks?: Readonly<Record<string, readonly SdkCallback[]>>;
}

export interface SdkMember {
  /** A property: the SDK types it holds. */
  readonly is?: readonly SdkTypeId[];
  readonly method?: true;
  /** A property that holds a function of a conditional type: how it is called. */
  readonly call?: readonly SdkCallback[];
  readonly returns?: readonly SdkTypeId[];
  readonly calls?: readonly SdkSignature[];
}

export interface SdkType {
  readonly members: Readonly<Record<string, SdkMember>>;
  readonly bases?: readonly SdkTypeId[];
  /** A function type: how its values are called. */
  readonly call?: readonly SdkCallback[];
}

export interface SdkMap {
  readonly versions: Readonly<Record<string, string>>;
  /** Schema constants of v1 to the method that they stand for. */
  readonly schemas?: Readonly<Record<SdkTypeId, string>>;
  /** Module specifier to exported name to `<class|function|type|enum|value> <id>`. */
  readonly modules: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly types: Readonly<Record<SdkTypeId, SdkType>>;
}
