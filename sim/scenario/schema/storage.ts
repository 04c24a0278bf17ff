import {
  CSI_OPERATIONS,
  type CsiDriverModel,
  defaultDriver,
} from '../../../controllers/storage/csi/driver.ts';
import { qualifiedName } from '../../../core/kinds/validation/names.ts';
import { dnsSubdomain, integer, listOf, oneOf, spread, strict, text, wanted } from './fields.ts';

const NOWHERE = 'none';

const topology = text('the key of a label of nodes, or none').superRefine((key, context) => {
  if (key === NOWHERE) return;
  for (const message of qualifiedName(key)) context.addIssue({ code: 'custom', message });
});

const driverName = text('the name of a driver, such as ebs.csi.aws.com, or of a provisioner').superRefine(
  (name, context) => {
    const read = dnsSubdomain.safeParse(name.replace('/', '.'));
    if (!read.success)
      context.addIssue({ code: 'custom', message: 'expected a name such as ebs.csi.aws.com' });
  },
);

const csiDriver = strict(
  {
    name: driverName.describe('As classes name it in `provisioner`.'),
    provision: spread.optional().describe('From the request for a volume until it is there.'),
    delete: spread.optional().describe('From the release of a volume until it is gone.'),
    expand: spread.optional().describe('To make a volume larger.'),
    topologyKey: topology
      .optional()
      .describe('The label of nodes that says where a volume can be reached; none: from everywhere.'),
    volumesPerNode: integer(1)
      .optional()
      .describe('How many volumes a node can have; any number unless given.'),
  },
  'a CSI driver: { name, provision, … }',
).transform((given): CsiDriverModel => {
  const known = defaultDriver(given.name);
  const times = Object.fromEntries(CSI_OPERATIONS.map((name) => [name, given[name] ?? known.times[name]]));
  const topologyKey = given.topologyKey ?? known.topologyKey;
  return {
    name: given.name,
    times: times as CsiDriverModel['times'],
    attachRequired: known.attachRequired,
    ...(topologyKey === undefined || topologyKey === NOWHERE ? {} : { topologyKey }),
    ...(given.volumesPerNode === undefined ? {} : { volumesPerNode: given.volumesPerNode }),
  };
});

export const csiDrivers = listOf(csiDriver, 'a list of CSI drivers').superRefine((drivers, context) => {
  drivers.forEach(({ name }, index) => {
    if (drivers.findIndex((other) => other.name === name) === index) return;
    context.addIssue({
      code: 'custom',
      message: `there is another driver called "${name}"`,
      path: [index, 'name'],
    });
  });
});

export const csiOperations = listOf(
  oneOf(CSI_OPERATIONS),
  'a list of operations such as [provision, expand]',
).min(1, wanted('at least one operation'));
