/**
 * The version of packages of a release: above each of the distribution's (6.12.117-1, 6.12.117-1+deb13u4), below those
 * of the next release, and above what was built before.
 */
export function packageVersion(release: string, built: Date): string {
  const time = built
    .toISOString()
    .replace(/[-:]/g, '')
    .replace('T', '.')
    .replace(/\..{3}Z$/, '');
  return `${release}+flash.${time}-1`;
}
