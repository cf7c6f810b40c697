/**
 * The documents that rules cite. A key may stand for several texts of one body; a rule's section then
 * names the text. `asOf` is when the text that was read was last changed, or else when it was read.
 */
export interface SourceDocument {
  readonly title: string;
  readonly address: string;
  /** An SPDX id, or a plain phrase. */
  readonly licence: string;
  /** An ISO date, or a year and month. */
  readonly asOf: string;
}

export const sources = {
  SP: {
    title: 'Boston Python, Staff Procedure For Incident Response',
    address: 'https://github.com/BostonPython/code-of-conduct/blob/master/staff_procedure.md',
    licence: 'CC-BY-3.0',
    asOf: '2019-01-06',
  },
  AP: {
    title: 'Boston Python, Attendee Procedure For Reporting Code of Conduct Incidents',
    address: 'https://github.com/BostonPython/code-of-conduct/blob/master/attendee_procedure.md',
    licence: 'CC-BY-3.0',
    asOf: '2019-01-06',
  },
  PY: {
    title: 'PyCon US 2018, attendee and staff procedures for incident handling',
    address: 'https://github.com/python/pycon-code-of-conduct',
    licence: 'CC-BY-3.0 for the code that they belong to; not stated for the procedures',
    asOf: '2018-06-21',
  },
  PSF: {
    title: 'Python Software Foundation, Code of Conduct Working Group Enforcement Procedures',
    address:
      'https://github.com/psf/policies/blob/main/docs/python.org/code-of-conduct/Enforcement-Procedures.md',
    licence: 'not stated; adapted in part from texts under CC-BY-3.0 and CC-BY-SA-3.0',
    asOf: '2026-04-02',
  },
  Django: {
    title: 'Django Code of Conduct, Working Group Manual',
    address: 'https://github.com/django/code-of-conduct/blob/main/working-group-manual.md',
    licence: 'CC-BY-3.0',
    asOf: '2026-04-09',
  },
  CNCF: {
    title:
      'CNCF Code of Conduct Committee: charter, jurisdiction policy, incident resolution procedures',
    address: 'https://github.com/cncf/foundation/tree/main/code-of-conduct',
    licence: 'CC-BY-4.0',
    asOf: '2025-10-27',
  },
  Kubernetes: {
    title: 'Kubernetes Code of Conduct Committee: charter, incident reporting and response process',
    address: 'https://github.com/kubernetes/community/tree/master/committee-code-of-conduct',
    licence: 'Apache-2.0',
    asOf: '2025-12-01',
  },
  OpenJS: {
    title: 'OpenJS Foundation: Code of Conduct Policy, Code of Conduct Team Charter',
    address: 'https://github.com/openjs-foundation/cross-project-council/tree/main/conduct',
    licence: 'MIT',
    asOf: '2025-10-01',
  },
  LLVM: {
    title: 'LLVM Project, Code of Conduct Response Guide',
    address: 'https://llvm.org/docs/ResponseGuide.html',
    licence: 'CC-BY-3.0',
    asOf: '2025-04',
  },
  freedesktop: {
    title: 'freedesktop.org, Processes of the CoC Committee',
    address: 'https://www.freedesktop.org/wiki/CodeOfConduct/Processes/',
    licence: 'not stated',
    asOf: '2026-11',
  },
  OtterTech: {
    title: 'Otter Tech, Code of Conduct and Procedures Templates',
    address: 'https://github.com/sagesharp/code-of-conduct-template/tree/master/procedures',
    licence: 'CC-BY-3.0',
    asOf: '2019-07-29',
  },
} as const satisfies Record<string, SourceDocument>;

export type SourceKey = keyof typeof sources;
