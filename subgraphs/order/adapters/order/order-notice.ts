/** What the trigger customer_order_notify says: the order's id and the version that the change made. */

export const orderChangedChannel = 'order_changed';

export const readNotice = (payload: string): { readonly id: string; readonly version: number } => {
  const [id = '', version] = payload.split(' ');
  return { id, version: Number(version) };
};
