import type { DeployUnit, SystemModel } from "../model/model.js";
import type { Clearance, Finding, Judgement, RuleOptions, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const coDeployedServices: StateRule = {
  about: "state",
  id: "co-deployed-services",
  title: "Co-deployed services",
  summary: "Finds services that can only be deployed together.",
  severity: "warning",
  checklist: ["independent-deployment"],
  options: { "max-services": { description: "Services in one deployment that are still accepted.", default: 2 } },
  check,
};

function check(model: SystemModel, options: RuleOptions): Judgement {
  const accepted = Number(options["max-services"]);
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  for (const unit of model.deployUnits) {
    if (isCoupled(unit) && unit.services.length > accepted) findings.push(describe(unit));
    else cleared.push({ rule: coDeployedServices.id, subject: [`deploy-unit:${unit.id}`], discriminator: "", evidence: unit.evidence });
  }
  return { findings, cleared };
}

type Coupled = DeployUnit & { readonly coupling: NonNullable<DeployUnit["coupling"]> };

function isCoupled(unit: DeployUnit): unit is Coupled {
  return unit.coupling !== null;
}

function describe(unit: Coupled): Finding {
  const services = [...unit.services].sort();
  return {
    rule: coDeployedServices.id,
    subject: [`deploy-unit:${unit.id}`],
    discriminator: "",
    // What nobody is known to run is a hint.
    severity: unit.confidence === "low" ? "info" : "warning",
    confidence: unit.confidence,
    members: services,
    measure: { name: "services", value: services.length },
    services,
    title: `${listOf(services, 4)} are deployed together by ${unit.title}`,
    message: `${how(unit)} ${listOf(services.map(code))} go out together whenever one of them changes: each release waits for the slowest of them, and one that fails holds up or rolls back all.`,
    remedy: remedies[unit.coupling],
    evidence: unit.evidence,
    suggestion: null,
    bodyHash: null,
  };
}

function how({ coupling, title }: Coupled): string {
  switch (coupling) {
    case "one-job":
      return `One run of ${title} deploys all of them, and nothing in it picks the services that changed.`;
    case "one-workflow":
      return `The jobs of ${title} deploy all of them in every run, and nothing picks the services that changed.`;
    case "ordered-jobs":
      return `The jobs of ${title} deploy one after the other, each waiting for the one before.`;
    case "umbrella-chart":
      return `${capital(title)} puts all of them into one release.`;
    case "one-directory":
      return `${capital(title)} applies the manifests of all of them at once.`;
    case "one-version":
      return `${capital(title)} gives all of them one version.`;
    case "compose-host":
      return `${capital(title)} starts all of them from one compose file on the host.`;
  }
}

function capital(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}

const remedies: Readonly<Record<Coupled["coupling"], string>> = {
  "one-job":
    "Give each service a workflow or job of its own that runs only when its files change: a `paths:` filter, or a matrix that a changed-files step fills in. Let an older version of each service work with a newer one of the others, so that no order is needed.",
  "one-workflow":
    "Let each job run only when its own service changed: a workflow with a `paths:` filter per service, or a first job that finds the changed services and an `if:` on the others.",
  "ordered-jobs":
    "Take the `needs:` between the deployments away: make each change compatible with the versions before and after it (expand, then contract), and let each service go out when its own files change.",
  "umbrella-chart":
    "Install each service's chart as a release of its own with its own version, and keep the umbrella chart, if at all, for development. What all of them need (a namespace, secrets) can stay in a release of its own.",
  "one-directory": "Keep each service's manifests in a directory or overlay of its own, and apply only the one whose service changed.",
  "one-version": "Version and tag each service on its own, and deploy the tag that changed.",
  "compose-host":
    "Name the service that changed (`docker compose up -d --no-deps orders`), or give each service a compose project of its own on the host.",
};
