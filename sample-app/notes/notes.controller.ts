import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { AdminOnly, CurrentUser, RequireScope, SessionGuard } from 'nestjs-users';
import { NotesService } from './notes.service.js';

// prettier-ignore
@Controller('notes') @UseGuards(SessionGuard)
export class NotesController {
  constructor(private readonly notes: NotesService) {}
  @Get() @RequireScope('notes:read') mine(@CurrentUser() user: CurrentUser, @Query('before') before?: string) { return this.notes.of(user.id, before); }
  @Get('all') @AdminOnly() all(@Query('before') before?: string) { return this.notes.all(before); }
  @Post() @RequireScope('notes:write') add(@CurrentUser() user: CurrentUser, @Body() body: unknown) { return this.notes.add(user.id, body); }
  @Patch(':id') @RequireScope('notes:write') change(@CurrentUser() user: CurrentUser, @Param('id') id: string, @Body() body: unknown) { return this.notes.change(user.id, id, body); }
  @Delete(':id') @HttpCode(204) @RequireScope('notes:write') delete(@CurrentUser() user: CurrentUser, @Param('id') id: string) { return this.notes.delete(user.id, id); }
}
