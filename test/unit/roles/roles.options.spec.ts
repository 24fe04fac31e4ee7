import { describe, expect, it } from '@jest/globals';
import { defineRoles } from '../../../lib/roles/define-roles.js';
import { type MembershipsOptions, resolveRolesOptions } from '../../../lib/roles/roles.options.js';
import { Issues } from '../../../lib/kernel/issues.js';

function faultsOf(roles: unknown, memberships?: unknown): string {
  const issues = new Issues();
  resolveRolesOptions(roles as Record<string, string[]>, memberships as MembershipsOptions, issues);
  try {
    issues.throwIfAny();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const load = (): never[] => [];

describe('the option roles', () => {
  it('keeps what defineRoles() was given', () => {
    const roles = defineRoles({ editor: ['note:write'], reader: [] });
    expect(faultsOf(roles)).toBe('');
    expect(resolveRolesOptions(roles, undefined, new Issues()).definitions?.get('editor')).toEqual(['note:write']);
    expect(resolveRolesOptions(undefined, undefined, new Issues())).toEqual({ definitions: null, memberships: null });
  });

  it.each([
    ['a role called admin', { admin: ['a'] }, /roles\.admin.*another name/],
    ['a role that makes administrators', { chief: ['admin'] }, /roles\.chief.*setAdmin/],
    ['a text for a list', { editor: 'note:write' }, /roles\.editor.*list/],
    ['a permission that is none', { editor: ['note write'] }, /roles\.editor.*list/],
    ['a name that is none', { 'a b': [] }, /roles\.a b.*letters/],
    ['more permissions than a list holds', { editor: Array.from({ length: 101 }, (_, at) => `p${at}`) }, /at most 100/],
  ])('refuses %s', (_, roles, sentence) => expect(faultsOf(roles)).toMatch(sentence));
});

describe('the option memberships', () => {
  it('takes levels from the lowest to the highest', () => expect(faultsOf({}, { levels: ['public', 'member'], load })).toBe(''));

  it.each([
    ['no object', 'public', /give an object/],
    ['one level, which would be everybody’s', { levels: ['public'], load }, /at least two/],
    ['a level twice', { levels: ['public', 'member', 'member'], load }, /at least two different/],
    ['a dash, which parts the names of roles', { levels: ['public', 'co-owner'], load }, /without a dash/],
    ['no function', { levels: ['public', 'member'], load: [] }, /memberships\.load/],
    ['a misspelt name', { levels: ['public', 'member'], load, lods: 1 }, /memberships\.lods/],
  ])('refuses %s', (_, memberships, sentence) => expect(faultsOf({}, memberships)).toMatch(sentence));
});
