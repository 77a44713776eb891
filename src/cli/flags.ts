/** Flags that several commands take. */
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { en } from './messages/en.ts';

export const labArgument = Args.string({ description: en['help.arg.lab'] });

export const runArgument = Args.string({ description: en['help.arg.run'], default: 'latest' });

export const boardFlag = Flags.string({
  summary: en['help.flag.board'],
  default: 'w5500-evb-pico',
});

export const seedFlag = Flags.integer({
  summary: en['help.flag.seed'],
  min: 0,
  max: 0xffff_ffff,
});

export const onFlag = Flags.string({ summary: en['help.flag.on'], default: 'auto' });

export const peerFlag = Flags.string({ summary: en['help.flag.peer'] });

export const codeFlag = Flags.string({ summary: en['help.flag.code'] });

export const referenceFlag = Flags.string({
  summary: en['help.flag.reference'],
  multiple: true,
});

export const labsFlag = Flags.string({ summary: en['help.flag.labs'], env: 'NETLAB_LABS' });

export const jobsFlag = Flags.integer({ summary: en['help.flag.jobs'], min: 1, max: 256 });

export const reportFlag = Flags.string({ summary: en['help.flag.report'], multiple: true });
