import type { Hooks } from "./hooks.js";
import { installationOf, type Installation, type Repository, type World } from "./world.js";

/** What owners of accounts do with the App, and the webhooks that follow from it. */
export interface Owners {
  /** An account that has not installed the App. */
  account(name: string): Installation;
  /** Installs the App on an account, for all of its repositories. */
  install(installation: Installation, permissions?: Readonly<Record<string, string>>): void;
  uninstall(installation: Installation): void;
  suspend(installation: Installation): void;
  unsuspend(installation: Installation): void;
  acceptPermissions(installation: Installation, permissions: Readonly<Record<string, string>>): void;
  /** Gives the App a repository that was kept from it. */
  add(repository: Repository): void;
  /** Keeps a repository from the App. */
  remove(repository: Repository): void;
}

export function makeOwners(world: World, hooks: Hooks): Owners {
  const ownedBy = (account: string): readonly Repository[] => [...world.repositories.values()].filter(({ owner }) => owner === account);
  return {
    account(name) {
      const installation: Installation = {
        id: world.nextId(),
        account: name,
        permissions: {},
        suspended: false,
        removed: true,
        withheld: new Set(),
      };
      world.installations.push(installation);
      return installation;
    },
    install(installation, permissions = world.app.permissions) {
      Object.assign(installation, { permissions: { ...permissions }, removed: false });
      hooks.installation("created", installation, ownedBy(installation.account));
    },
    uninstall(installation) {
      installation.removed = true;
      hooks.installation("deleted", installation, []);
    },
    suspend(installation) {
      installation.suspended = true;
      hooks.installation("suspend", installation, []);
    },
    unsuspend(installation) {
      installation.suspended = false;
      hooks.installation("unsuspend", installation, []);
    },
    acceptPermissions(installation, permissions) {
      installation.permissions = { ...permissions };
      // Tokens that were given out keep what they had.
      hooks.installation("new_permissions_accepted", installation, []);
    },
    add(repository) {
      const installation = installationOf(world, repository.owner);
      installation.withheld?.delete(repository.name);
      hooks.installationRepositories("added", installation, repository);
    },
    remove(repository) {
      const installation = installationOf(world, repository.owner);
      installation.withheld?.add(repository.name);
      hooks.installationRepositories("removed", installation, repository);
    },
  };
}
