const usage = `usage: npm run bench -- [--only NAME] [--json]

No benchmark exists yet.
`;

process.stdout.write(usage);
