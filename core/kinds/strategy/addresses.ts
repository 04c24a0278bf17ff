import type { NewObject } from '../../api/object.ts';
import type { IPAddress, ServiceCIDR } from '../../schema/types.generated.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateIpAddress,
  validateIpAddressUpdate,
  validateServiceCidr,
  validateServiceCidrUpdate,
} from '../validation/addresses.ts';

export const IP_ADDRESS_STRATEGY: KindStrategy<IPAddress> = {
  nameRule: 'path-segment',
  validate: validateIpAddress,
  validateUpdate: validateIpAddressUpdate,
};

export const SERVICE_CIDR_STRATEGY: KindStrategy<ServiceCIDR> = {
  prepareForCreate: (object: NewObject<ServiceCIDR>) => ({ ...object, status: {} }),
  validate: validateServiceCidr,
  validateUpdate: validateServiceCidrUpdate,
};
