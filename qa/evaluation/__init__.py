"""Questions with known answers, measured: `dateline evaluate`."""
