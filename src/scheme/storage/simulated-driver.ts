/** The driver of simulated disks: the provisioner that storage classes name, and the CSI driver of the volumes that it makes. */
export const SIMULATED_DRIVER = 'disk.simulation.orrery.dev';

/**
 * A parameter of the driver's storage classes: the label of nodes that share a disk, such as `topology.kubernetes.io/zone`.
 * A disk of such a class is reached from the nodes that have the value of the node it was made for.
 */
export const PARAMETER_TOPOLOGY_KEY = 'topologyKey';

/**
 * A parameter of the driver's storage classes: how large a disk may be, such as `100Gi`. A larger one is not made, and none is
 * grown beyond. @default as large as is asked for
 */
export const PARAMETER_MAXIMUM_SIZE = 'maximumSize';

/** A parameter of the driver's storage classes: the share of attempts to make or grow a disk that fail, from 0 to 1. @default 0 */
export const PARAMETER_FAILURE_RATE = 'failureRate';

/** A parameter of the driver's storage classes: of the same seed the same attempts fail each time. @default by chance */
export const PARAMETER_SEED = 'seed';
