import type { ClusterCache } from '../cluster-cache.ts';
import { MAX_NODE_SCORE, type Plugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

const MEGABYTE = 1024 * 1024;
/** Below this many bytes a node has too little for it to matter. */
const MIN_BYTES = 23 * MEGABYTE;
/** An image's share above which more does not count. */
const MAX_BYTES_PER_IMAGE = 1000 * MEGABYTE;
/** How finely the share of nodes that have an image is told apart: each step makes the scores of an image anew. */
const SHARE_STEPS = 20;

/** Prefers nodes that have the pod's images, the larger the better, less so where few nodes have them. */
export function createImageLocality({ cache }: { readonly cache: ClusterCache }): Plugin {
  const shareOf = (image: string): number => {
    const share = cache.images.nodesWith(image) / Math.max(1, cache.nodeCount);
    return Math.round(share * SHARE_STEPS) / SHARE_STEPS;
  };
  const imagesOf = (pod: PodInfo) =>
    imageNamesOf(pod).map((image) => {
      const name = normalizedName(image);
      return { name, share: shareOf(name) };
    });
  return {
    name: 'ImageLocality',
    sign: (pod) => imagesOf(pod).filter(({ share }) => share > 0),
    preScore(pod) {
      const images = imagesOf(pod);
      if (images.every(({ share }) => share === 0)) return undefined;
      return {
        score({ imageBytes }: NodeInfo) {
          let bytes = 0;
          for (const { name, share } of images) bytes += (imageBytes.get(name) ?? 0) * share;
          return scoreOf(bytes, images.length);
        },
      };
    },
  };
}

/** Of its containers and of its volumes. */
function imageNamesOf({ pod }: PodInfo): readonly string[] {
  const { initContainers = [], containers = [], volumes = [] } = pod.spec ?? {};
  return [
    ...[...initContainers, ...containers].map(({ image = '' }) => image),
    ...volumes.flatMap(({ image }) => image?.reference ?? []),
  ];
}

function scoreOf(bytes: number, images: number): number {
  const most = MAX_BYTES_PER_IMAGE * images;
  const counted = Math.min(Math.max(bytes, MIN_BYTES), most);
  return Math.floor((MAX_NODE_SCORE * (counted - MIN_BYTES)) / (most - MIN_BYTES));
}

/** Node status names images with their tag: a name without one means `latest`. */
export function normalizedName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
