/**
 * Tells who is at the other end of a request. Limits count by it, so what a client can choose must never reach them: replace it only
 * where the framework cannot know, such as behind a platform that puts the address into a header of its own and removes the client's.
 */
export abstract class ClientAddress {
  /**
   * @param request the framework's own request.
   * @returns an IP address, or `null` when it is unknown; all unknown clients share one bucket. It must not throw.
   */
  abstract of(request: object): string | null;
}
