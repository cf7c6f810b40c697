import { BlockList, isIPv4, type Socket } from 'node:net';
import type { Server } from 'node:http';

/** An IPv4 address as such, where a socket that listens to both families has it within IPv6. */
const plain = (address: string): string => {
  const mapped = address.replace(/^::ffff:/i, '');
  return isIPv4(mapped) ? mapped : address;
};

const familyOf = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6');

/** Addresses and networks (CIDR), to be looked up in. */
function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = familyOf(address);
    list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return list;
}

/** The address, or the /64 of an IPv6 one: what one customer gets. */
function customerAt(address: string): string {
  if (isIPv4(address)) return address;
  const [before = [], after] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const left = after ? 8 - before.length - after.length : 0;
  const zeros = Array.from({ length: left }, () => '0');
  return [...before, ...zeros, ...(after ?? [])].slice(0, 4).join(':');
}

/**
 * Closes what somebody opens beyond so many connections from one address. A proxy that is trusted has
 * the connections of everybody, and limits them itself.
 */
export function limitConnections(
  server: Server,
  { perAddress, trustProxy }: { perAddress: number; trustProxy: readonly string[] },
): void {
  const trusted = listOf(trustProxy);
  const open = new Map<string, number>();
  server.prependListener('connection', (socket: Socket) => {
    const address = plain(socket.remoteAddress ?? '');
    if (trusted.check(address, familyOf(address))) return;
    const customer = customerAt(address);
    const before = open.get(customer) ?? 0;
    if (before >= perAddress) {
      socket.destroy();
      return;
    }
    open.set(customer, before + 1);
    socket.once('close', () => {
      const left = (open.get(customer) ?? 0) - 1;
      if (left > 0) open.set(customer, left);
      else open.delete(customer);
    });
  });
}
