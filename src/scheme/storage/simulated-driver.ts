/** The driver of simulated disks: the provisioner that storage classes name, and the CSI driver of the volumes that it makes. */
export const SIMULATED_DRIVER = 'disk.simulation.orrery.dev';

/**
 * A parameter of the driver's storage classes: the label of nodes that share a disk, such as `topology.kubernetes.io/zone`.
 * A disk of such a class is reached from the nodes that have the value of the node it was made for.
 */
export const PARAMETER_TOPOLOGY_KEY = 'topologyKey';
