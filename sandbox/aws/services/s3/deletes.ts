import type * as sdk from '@aws-sdk/client-s3';
import { DeleteObject$, DeleteObjects$ } from '@aws-sdk/client-s3';
import { AwsError, type Call, type Operation, type Question, type Service } from '../../service.ts';
import { checkRegion, type Output, onObject, question, reach, type S3 } from './access.ts';
import type { Bucket } from './bucket.ts';
import { invalidRequest, malformedXml } from './errors.ts';
import { checkBypass, checkUnlocked } from './locks.ts';
import { checkMfa } from './mfa-delete.ts';
import { checkPreconditions } from './preconditions.ts';
import { checkKey, checkVersionId } from './versions.ts';

/** Deleting objects and versions, one by one and a thousand at a time. */
export function deleteOperations(s3: S3): Service['operations'] {
  return {
    DeleteObject: onObject<sdk.DeleteObjectRequest, Output<sdk.DeleteObjectOutput>>(
      s3,
      DeleteObject$,
      (input) => actions(input.VersionId, input.BypassGovernanceRetention),
      (bucket, key, input, call) => {
        checkKey(key);
        checkBypass(bucket, input.BypassGovernanceRetention);
        checkVersionId(bucket, input.VersionId);
        checkMfa(s3, bucket, input.MFA, bucket.mfaDelete && input.VersionId !== undefined, call);
        if (input.IfMatch !== undefined) checkPreconditions({ IfMatch: input.IfMatch }, bucket.latest(key));
        const { versionId, marker } = deleteOne(bucket, key, input.VersionId, input.BypassGovernanceRetention ?? false, call.now);
        return { ...(versionId !== undefined && { VersionId: versionId }), ...(marker && { DeleteMarker: true }) };
      },
      (input) => ({ 's3:versionid': input.VersionId }),
    ),
    DeleteObjects: deleteObjects(s3),
  };
}

function deleteObjects(s3: S3): Operation<sdk.DeleteObjectsRequest, Output<sdk.DeleteObjectsOutput>> {
  return {
    schema: DeleteObjects$,
    // What may be deleted is asked key by key: what may not comes back as that key's error.
    questions: (input, call) => {
      checkRegion(s3, input.Bucket ?? '', call);
      return [];
    },
    run: async (input, call) => {
      const bucket = reach(s3, input, call);
      const objects = checkedObjects(input, call);
      checkBypass(bucket, input.BypassGovernanceRetention);
      const versions = objects.some(({ VersionId }) => VersionId !== undefined);
      // API reference, "DeleteObjects", MFA: a wrong code fails the whole batch, whether versions are named or not.
      checkMfa(s3, bucket, input.MFA, bucket.mfaDelete && (versions || input.MFA !== undefined), call);
      const deleted: sdk.DeletedObject[] = [];
      const errors: sdk._Error[] = [];
      for (const object of objects) {
        const refused = await tryOne(s3, bucket, object, input.BypassGovernanceRetention, call, deleted);
        if (refused) errors.push({ ...object, Code: refused.code, Message: refused.message });
      }
      return { Deleted: input.Delete?.Quiet ? [] : deleted, Errors: errors };
    },
  };
}

/** Deletes one of many and notes it among the `deleted`; returns why not, where it may not be. */
async function tryOne(
  s3: S3,
  bucket: Bucket,
  { Key: key, VersionId: versionId }: NamedObject,
  bypass: boolean | undefined,
  call: Call,
  deleted: sdk.DeletedObject[],
): Promise<{ code: string; message: string } | undefined> {
  for (const asked of questionsFor(s3, bucket, key, versionId, bypass)) {
    const { allowed, message } = await call.check(asked);
    if (!allowed) return { code: 'AccessDenied', message };
  }
  try {
    checkKey(key);
    // API reference, "DeleteObjects": an id that can't be one is that version's error.
    if (versionId !== undefined && bucket.versionNumber(versionId) === undefined)
      return { code: 'NoSuchVersion', message: 'The specified version does not exist.' };
    const done = deleteOne(bucket, key, versionId, bypass ?? false, call.now);
    deleted.push({
      Key: key,
      ...(versionId !== undefined && { VersionId: versionId }),
      ...(done.marker && { DeleteMarker: true, DeleteMarkerVersionId: done.versionId }),
    });
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

/** `versionId`: of the version or marker that was removed, or of the marker that was added; `marker`: it is a delete marker. */
function deleteOne(
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  bypass: boolean,
  now: number,
): { versionId?: string | undefined; marker: boolean } {
  if (versionId === undefined) {
    const marker = bucket.delete(key, now);
    return { versionId: marker && bucket.versionId(marker), marker: marker !== undefined };
  }
  const version = bucket.version(key, versionId);
  // What isn't there is deleted already (API reference, "DeleteObject").
  if (!version) return { versionId, marker: false };
  checkUnlocked(version, bypass, now);
  bucket.remove(key, version);
  return { versionId, marker: version.body === undefined };
}

function actions(versionId: string | undefined, bypass: boolean | undefined): string[] {
  const action = versionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion';
  return bypass ? [action, 'BypassGovernanceRetention'] : [action];
}

function questionsFor(s3: S3, bucket: Bucket, key: string, versionId: string | undefined, bypass: boolean | undefined): Question[] {
  return actions(versionId, bypass).map((action) => question(s3, action, bucket.name, key, { 's3:versionid': versionId }));
}

type NamedObject = sdk.ObjectIdentifier & { Key: string };

/** What XML 1.0 can't carry, not even escaped (W3C, "Extensible Markup Language 1.0" › "Characters"). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** The objects of a batch. Throws where it is empty, too long, lacks its checksum, or couldn't stand in XML. */
function checkedObjects(input: sdk.DeleteObjectsRequest, call: Call): NamedObject[] {
  const summed = Object.keys(call.headers).some((name) => name === 'content-md5' || /^x-amz-(checksum-|trailer$)/.test(name));
  if (!summed) throw invalidRequest('Missing required header for this request: Content-MD5');
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > 1000) throw malformedXml();
  return objects.map((object) => {
    if (!object.Key || NOT_XML.test(object.Key) || object.VersionId === '') throw malformedXml();
    return { Key: object.Key, ...(object.VersionId !== undefined && { VersionId: object.VersionId }) };
  });
}
