/** Where the manifest of a request lies: the list of what went. Pure. */

/** As the configuration names it. */
export interface Archive {
  bucket: string;
  /** Without a slash at its end. */
  prefix: string;
  /** May a rule cover it, so that it can be deleted like any other? */
  acceptRule?: boolean;
}

export function manifestFolder(prefix: string, requestId: string): string {
  return `${prefix}/${requestId}/`;
}

/** For the report: where to read what went. */
export function sayManifest({ bucket, prefix }: Archive, requestId: string): string {
  return `What went is listed under s3://${bucket}/${manifestFolder(prefix, requestId)}`;
}
