// SPDX-License-Identifier: BSD-2-Clause
// Numbers and times as people read them.

const BIT_UNITS = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];
const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

function scaled(value, step, units) {
  let unit = 0;
  while (Math.abs(value) >= step && unit < units.length - 1) {
    value /= step;
    unit++;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** Bytes a second as bits a second: "1.25 Gbit/s". */
export function rate(bytesPerSecond) {
  return scaled(Math.max(0, bytesPerSecond) * 8, 1000, BIT_UNITS);
}

export function bytes(count) {
  return scaled(count, 1024, BYTE_UNITS);
}

export function count(number) {
  return number.toLocaleString("en");
}

export function speed(mbps) {
  if (!mbps) {
    return "speed unknown";
  }
  return mbps >= 1000 ? `${mbps / 1000} Gb/s` : `${mbps} Mb/s`;
}

export function percent(part, whole) {
  return whole ? `${Math.round((part * 100) / whole)} %` : "0 %";
}

/** "in the last minute", "4 min ago", "2 h ago", else the date. */
export function ago(seconds, now = Date.now() / 1000) {
  const age = now - seconds;
  if (age < 60) {
    return "just now";
  }
  if (age < 3600) {
    return `${Math.floor(age / 60)} min ago`;
  }
  if (age < 86400) {
    return `${Math.floor(age / 3600)} h ago`;
  }
  return new Date(seconds * 1000).toLocaleString("en-GB", {dateStyle: "medium",
                                                           timeStyle: "short"});
}

/** "12:34:56", with the date if that is another day than now's. */
export function clock(seconds, now = Date.now() / 1000) {
  const time = new Date(seconds * 1000);
  const text = time.toLocaleTimeString("en-GB");
  return time.toDateString() === new Date(now * 1000).toDateString() ? text
    : `${time.toLocaleDateString("en-GB", {day: "numeric", month: "short"})} ${text}`;
}

/** "12:34" */
export function minute(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB", {timeStyle: "short"});
}

export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}
