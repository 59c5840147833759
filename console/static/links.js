// SPDX-License-Identifier: BSD-2-Clause
// The addresses of the views.

export const ROOT = "#/infrastructure/service-engines";

export const links = {
  engines: () => ROOT,
  engine: (host) => `${ROOT}/${encodeURIComponent(host)}`,
  edit: (host) => `${ROOT}/${encodeURIComponent(host)}/edit`,
};
