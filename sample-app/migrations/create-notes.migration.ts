import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** Notes that belong to users; whoever deletes a user deletes his notes. */
export class CreateNotes1790000000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // `uuid` where the engine has it, as the library's own tables.
    const uuid = queryRunner.connection.driver.normalizeType({ type: 'uuid' });
    await queryRunner.createTable(
      new Table({
        name: 'notes',
        columns: [
          {
            name: 'id',
            type: 'integer',
            isPrimary: true,
            isGenerated: true,
            generationStrategy: 'increment',
            primaryKeyConstraintName: 'notes_pk',
          },
          { name: 'userId', type: uuid },
          { name: 'text', type: 'text' },
          { name: 'createdAt', type: 'bigint' },
        ],
        foreignKeys: [
          {
            name: 'notes_userId_fk',
            columnNames: ['userId'],
            referencedTableName: 'auth_users',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
        indices: [{ name: 'notes_userId', columnNames: ['userId'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('notes');
  }
}
