import type { ControllerContext } from '../../machinery/controller.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
} from '../../scheme/generated/resources.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../scheme/generated/types/core-v1.ts';
import { waitingForProvisioner } from './notes.ts';
import { askingClaim, boundClaim, boundVolume, planClaim } from './plan.ts';
import { boundClaimStatus, unboundClaimStatus } from './status.ts';
import type { StorageWorld } from './storage-world.ts';
import { migratedClaim } from './upkeep.ts';
import { writeVolumeStatus } from './volumes.ts';

const STATUS = { subresource: 'status' };

/** Brings a claim to its volume, or says why it has none. */
export async function reconcileClaim(
  context: ControllerContext,
  world: StorageWorld,
  seen: PersistentVolumeClaim,
): Promise<void> {
  const claim = await write(context, seen, migratedClaim(seen));
  const plan = planClaim(claim, world.viewOf(claim));
  switch (plan.type) {
    case 'bind':
      return bind(context, claim, plan.volume);
    case 'classify':
      await write(context, claim, {
        ...claim,
        spec: { ...claim.spec, storageClassName: plan.storageClassName },
      });
      return;
    case 'provision':
      return askProvisioner(context, claim, plan.provisioner);
    case 'lose':
      if (claim.status?.phase !== 'Lost') context.events.record(claim, plan.note);
      return writeStatus(context, claim, unboundClaimStatus(claim, 'Lost'));
    case 'wait':
      if (plan.note) context.events.record(claim, plan.note);
      return writeStatus(context, claim, unboundClaimStatus(claim, 'Pending'));
  }
}

/** Each step may be the last before a crash: whoever comes next goes on from there. */
async function bind(
  context: ControllerContext,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): Promise<void> {
  const planned = boundVolume(volume, claim);
  const bound =
    planned === volume ? volume : await context.client.update(corePersistentVolumes, planned);
  await writeVolumeStatus(context, bound, 'Bound');
  const wanted = boundClaim(claim, bound);
  const complete = await write(context, claim, wanted);
  await writeStatus(context, complete, boundClaimStatus(complete, bound));
}

/** Says whom the claim waits for: whoever provisions looks for claims that name it. */
async function askProvisioner(
  context: ControllerContext,
  claim: PersistentVolumeClaim,
  provisioner: string,
): Promise<void> {
  context.events.record(claim, waitingForProvisioner(provisioner));
  await write(context, claim, askingClaim(claim, provisioner));
}

/** @returns the claim as it is then; itself where there was nothing to write */
async function write(
  { client }: ControllerContext,
  claim: PersistentVolumeClaim,
  wanted: PersistentVolumeClaim,
): Promise<PersistentVolumeClaim> {
  return wanted === claim ? claim : client.update(corePersistentVolumeClaims, wanted);
}

async function writeStatus(
  { client }: ControllerContext,
  claim: PersistentVolumeClaim,
  status: PersistentVolumeClaimStatus,
): Promise<void> {
  if (status === claim.status) return;
  await client.update(corePersistentVolumeClaims, { ...claim, status }, STATUS);
}
