import { AwsError } from '../../service.ts';

/**
 * Errors as S3 answers them. Codes and statuses: S3 API reference, "Error responses" › "List of error codes"; messages as S3 sends them,
 * which the clients show to people.
 */

export const noSuchBucket = (bucket: string) =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });

export const noSuchKey = (key: string, headers: Record<string, string> = {}) =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key }, headers);

export const noSuchVersion = (key: string, versionId: string) =>
  new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key: key, VersionId: versionId });

export const noSuchUpload = (uploadId: string) =>
  new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId: uploadId },
  );

export const accessDenied = (message = 'Access Denied') => new AwsError('AccessDenied', message, 403);

export const invalidArgument = (name: string, value: string, message: string) =>
  new AwsError('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: value });

export const invalidRequest = (message: string) => new AwsError('InvalidRequest', message, 400);

/** Says the code again (aws-cli users' reports, all alike). */
export const notDeviceOwner = (serial: string, code: string) =>
  new AwsError(
    'NotDeviceOwnerError',
    `The device with serial number ${serial} that generated token ${code} is not owned by the authenticated user`,
    400,
  );

export const tokenCodeInvalid = () =>
  new AwsError('TokenCodeInvalidError', 'The serial number and/or token code you provided is not valid.', 400);

export const malformedXml = () =>
  new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema', 400);

/**
 * A bucket is served in its own region alone. The endpoint knows one region of a call, the one in its signature, and S3 sends whoever
 * comes to another region's endpoint away with the bucket's region in a header (S3 user guide, "Making requests" › "Request redirection").
 */
export const permanentRedirect = (bucket: string, region: string) =>
  new AwsError(
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    301,
    { Endpoint: `${bucket}.s3.${region}.amazonaws.com`, Bucket: bucket },
    { 'x-amz-bucket-region': region },
  );
