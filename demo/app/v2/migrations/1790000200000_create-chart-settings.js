export const up = (pgm) => {
  pgm.createTable('chart_settings', {
    chart_id: { type: 'bigint', primaryKey: true },
    colour: { type: 'text', notNull: true, default: 'blue' },
  })
}
