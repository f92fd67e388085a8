/** Errors that the router answers by itself: https://devcenter.heroku.com/articles/error-codes */
export const routerErrors = {
  H10: error('App crashed'),
  H12: error('Request timeout'),
  H13: error('Connection closed without response'),
  H14: error('No web processes running'),
  H18: error('Server Request Interrupted'),
  H20: error('App boot timeout'),
  H21: error('Backend connection refused'),
  H27: { ...error('Client Request Interrupted'), status: 499 },
  H80: { ...error('Maintenance mode'), page: page('Offline for Maintenance') },
} as const

export type RouterErrorCode = keyof typeof routerErrors

function error(description: string): { description: string; status: number; page: string } {
  return { description, status: 503, page: page('Application error') }
}

function page(title: string): string {
  return `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
}
