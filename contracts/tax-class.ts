/** How a product is taxed. What each class comes to in a country, order's tax rates say. */
import { z } from 'zod';

export const taxClasses = ['STANDARD', 'REDUCED', 'ZERO'] as const;
export const TaxClass = z.enum(taxClasses);
export type TaxClass = z.infer<typeof TaxClass>;
