export default class OneRealmEnvironment {
  constructor(config: { readonly projectConfig: object });
  teardown(): Promise<void>;
}
