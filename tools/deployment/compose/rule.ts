/** What every rule about docker-compose.yml has to work with. */
import type { ComposeFiles } from './files.ts';
import type { ComposeService } from './services.ts';

/** Somebody who is to be reached: by a service, under a host name of a network, at a port. */
export interface Address {
  readonly from: string;
  readonly host: string;
  readonly port: number;
  /** The file, variable or setting that says so. */
  readonly said: string;
}

export interface ScrapeJob {
  readonly name: string;
  readonly targets: readonly { readonly host: string; readonly port: number }[];
}

export interface ComposeFacts extends Omit<ComposeFiles, 'services'> {
  readonly services: readonly ComposeService[];
  /** Where nginx listens. */
  readonly edgePorts: readonly number[];
  /** Whom the configuration files of others send to: nginx, Grafana, the collector of traces. */
  readonly configuredAddresses: readonly Address[];
  readonly jobs: readonly ScrapeJob[];
  /** Per folder of secrets, the files that it has, with some value of the right form. */
  readonly secretFiles: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether there is a file, or a folder, of this path from the root. */
  readonly hasFile: (path: string) => boolean;
}

export interface Rule {
  readonly name: string;
  /** A sentence for each breach, beginning with the file. */
  readonly breaches: (facts: ComposeFacts) => string[];
}

/** The services that have a network in common with this one. */
export const neighbours = ({ services }: ComposeFacts, { name, networks }: ComposeService): ComposeService[] =>
  services.filter((other) => other.name !== name && other.networks.some((network) => networks.includes(network)));
