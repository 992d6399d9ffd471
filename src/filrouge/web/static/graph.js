export function ready() {}
