/** Which Kubernetes this server is like. */
export interface KubernetesVersion {
  /** `v1.36.0` */
  readonly gitVersion: string;
  readonly major: string;
  readonly minor: string;
  /** What the server runs on: `linux/amd64`. */
  readonly platform: string;
}
