import { type Department, guarantee, madeIn, type Shelf, textileCare } from './shelf.ts';

const weavers = ['Leinenweber', 'Strickwerk', 'Haus am See'];
const soft = { name: 'Colour', values: ['Oat', 'Fog', 'Clay', 'Fern', 'Dusk'], most: 4 };

const bedLinen: Shelf = {
  name: 'Bed Linen',
  brands: weavers,
  choices: [
    { name: 'Size', values: ['135 × 200 cm', '155 × 220 cm', '200 × 200 cm'], step: 2_000 },
    { ...soft, most: 2 },
  ],
  facts: { Closure: ['Buttons', 'Envelope'], 'Made in': madeIn },
  grams: [1_100, 2_200],
  closing: 'Washed before it is sold, so that it does not shrink with you.',
  products: [
    ['Washed Linen Set', 12_900, 'Cool in summer, warm in winter, never ironed.'],
    ['Percale Set', 8_900, 'Crisp, like a hotel that cares.'],
    ['Flannel Set', 7_900, 'For bedrooms with the window open.'],
    ['Stripe Set', 9_900, 'A stripe so fine that it looks like a colour.'],
    ['Seersucker Set', 6_900, 'Crinkled on purpose.'],
    ['Garment Dyed Set', 10_900, 'Each piece took the colour in its own way.'],
    ['Jersey Set', 5_900, 'Like an old T-shirt.'],
    ['Chambray Set', 9_400, 'White one way, blue the other.'],
  ],
};

const blankets: Shelf = {
  name: 'Blankets',
  brands: weavers,
  choices: [soft],
  facts: { Care: textileCare, 'Made in': madeIn },
  grams: [600, 1_900],
  closing: 'The edges are whipped by hand.',
  products: [
    ['Sofa Blanket', 7_990, 'Long enough for feet and shoulders.'],
    ['Alpine Blanket', 12_900, 'As thick as they hang in huts.'],
    ['Waffle Blanket', 5_990, 'Air in every square.'],
    ['Herringbone Blanket', 9_990, 'Woven in one width.'],
    ['Picnic Blanket', 6_490, 'Waxed below against the damp.'],
    ['Baby Blanket', 3_990, 'Soft enough for the first day.'],
    ['Travel Blanket', 4_990, 'With a strap, and a pocket for a passport.'],
    ['Patchwork Throw', 14_900, 'From what the loom leaves over.', { isMadeToOrder: true }],
    ['Summer Throw', 4_490, 'Thin cotton for evenings on the step.'],
  ],
};

const cushions: Shelf = {
  name: 'Cushions',
  brands: weavers,
  choices: [soft],
  facts: { Care: textileCare, 'Made in': madeIn },
  grams: [350, 1_500],
  closing: 'The cover comes off and goes in the wash.',
  products: [
    ['Square Cushion', 2_990, 'Plain, with a hidden zip.'],
    ['Long Cushion', 3_990, 'Across the bed or behind a back.'],
    ['Reading Cushion', 5_490, 'A wedge that holds you and not the book.'],
    ['Floor Cushion', 8_990, 'A seat, and with a second one a stool.'],
    ['Bench Cushion', 4_990, 'Ties to the slats.'],
    ['Button Cushion', 3_490, 'Nine buttons keep it in shape.'],
    ['Neck Roll', 2_790, 'Filled with spelt husks that follow you.'],
    ['Corduroy Cushion', 3_290, 'Wide ribs, better with every year.'],
    ['Window Seat', 6_990, 'Made for watching rain.'],
  ],
};

const lamps: Shelf = {
  name: 'Lamps',
  brands: ['Funkel', 'Haus am See'],
  choices: [{ name: 'Shade', values: ['Paper', 'Linen', 'Brass'], most: 2, step: 1_000 }],
  facts: { 'Cable length': [180, 300], Guarantee: guarantee },
  grams: [400, 4_200],
  closing: 'The bulb is included, and can be replaced.',
  products: [
    ['Desk Lamp', 8_990, 'Two joints, and stays where you put it.'],
    ['Reading Lamp', 11_900, 'A narrow light that lets the other one sleep.'],
    ['Paper Moon', 5_990, 'Hangs over a table and flatters everybody.'],
    ['Hallway Lamp', 4_990, 'Goes on when somebody comes home.'],
    ['Floor Lamp', 16_900, 'Three legs and a warm circle of light.'],
    ['Night Light', 2_490, 'Just enough to find the door.'],
    ['Clamp Lamp', 3_990, 'For shelves, beds and workbenches.'],
    ['Studio Pendant', 13_900, 'Spun from one disc of metal.', { isMadeToOrder: true }],
    ['Storm Lantern', 4_490, 'Oil or LED, in the garden or on the sill.'],
  ],
};

const candles: Shelf = {
  name: 'Candles',
  brands: ['Wachs & Docht'],
  choices: [{ name: 'Pack', values: ['Single', 'Pack of 4'], step: 2_400 }],
  facts: { Wax: ['Beeswax', 'Rapeseed', 'Stearin'], 'Made in': madeIn },
  grams: [120, 700],
  closing: 'Cotton wick; no colour that is not in the wax itself.',
  products: [
    ['Table Candle', 990, 'Does not drip, even in a draught.'],
    ['Pillar Candle', 1_890, 'Burns down straight and leaves no hollow.'],
    ['Fir Candle', 2_490, 'Smells of the week before Christmas.'],
    ['Fig Candle', 2_690, 'Green, dry, and a little sweet.'],
    ['Smoke Candle', 2_690, 'Birch tar and a trace of leather.'],
    ['Garden Torch', 1_490, 'Two hours against wind and midges.'],
    ['Advent Candle', 1_990, 'Twenty-four marks, one a day.', { status: 'DRAFT' }],
    ['Birthday Candles', 690, 'Thin as straw, in seven colours.'],
    ['Travel Candle', 1_990, 'In a tin that closes.'],
    ['Floating Candle', 790, 'For bowls, ponds and bathtubs.'],
  ],
};

const towels: Shelf = {
  name: 'Towels',
  brands: ['Leinenweber', 'Haus am See'],
  choices: [
    { name: 'Size', values: ['30 × 50 cm', '50 × 100 cm', '70 × 140 cm'], step: 1_000 },
    { ...soft, most: 2 },
  ],
  facts: { Care: textileCare, 'Made in': madeIn },
  grams: [120, 700],
  closing: 'With a loop on the short side and another on the long one.',
  products: [
    ['Terry Towel', 1_490, 'Thick loops that drink.'],
    ['Waffle Towel', 1_290, 'Dries you, then itself.'],
    ['Linen Towel', 1_990, 'Rough for a week, then for ever soft.'],
    ['Hammam Towel', 2_490, 'Flat, light, with a knotted fringe.'],
    ['Striped Towel', 1_690, 'The stripe tells whose it is.'],
    ['Sauna Towel', 2_990, 'Long enough to lie on.'],
    ['Guest Towel', 990, 'Small, in a stack, and never the good ones.'],
    ['Beach Towel', 2_790, 'Sand falls out of it.'],
  ],
};

const baskets: Shelf = {
  name: 'Baskets',
  brands: ['Korbmacher', 'Holzhaus'],
  choices: [{ name: 'Size', values: ['Small', 'Medium', 'Large'], most: 3, step: 1_200 }],
  facts: { Lining: ['None', 'Cotton, removable'], 'Made in': madeIn },
  grams: [300, 1_900],
  closing: 'Smells of its material for the first weeks.',
  products: [
    ['Laundry Basket', 5_990, 'Oval, so that it rests on the hip.'],
    ['Log Basket', 6_990, 'Carries an evening’s wood.'],
    ['Bread Basket', 1_990, 'With a cloth that keeps rolls warm.'],
    ['Shopping Basket', 4_490, 'As used at the market since there are markets.'],
    ['Shelf Basket', 2_490, 'Fits every shelf that everybody has.'],
    ['Toy Basket', 3_990, 'Soft edges, and no lid for small fingers.'],
    ['Bicycle Basket', 4_990, 'Hooks on and off with one hand.'],
    ['Magazine Basket', 3_490, 'For what you will read tomorrow.'],
    ['Picnic Basket', 8_990, 'Plates for four, held by leather straps.'],
  ],
};

const hooks: Shelf = {
  name: 'Hooks and Rails',
  brands: ['Holzhaus', 'Amboss'],
  choices: [{ name: 'Length', values: ['30 cm', '60 cm', '90 cm'], most: 3, step: 900 }],
  facts: { 'Weight per hook': [5, 15], Guarantee: guarantee },
  grams: [400, 2_600],
  closing: 'Screws and plugs for brick and for plaster are in the box.',
  products: [
    ['Peg Rail', 3_490, 'Turned pegs, as the Shakers had them.'],
    ['Coat Rail', 5_490, 'Iron on oak, for heavy coats.'],
    ['Kitchen Rail', 2_990, 'Slides along, with hooks that do not fall off.'],
    ['Towel Rail', 3_290, 'A wooden bar that stays warm to the touch.'],
    ['Key Board', 1_990, 'With a shelf for the day’s mail.'],
    ['Magnetic Knife Rail', 4_490, 'The magnets hide behind a whole piece of wood.'],
    ['Garden Rail', 3_990, 'For spades, rakes and a hat.'],
    ['Fold-Away Hooks', 2_490, 'Flat on the wall until wanted.'],
    ['Picture Rail', 2_790, 'A groove for frames, and no more holes.'],
  ],
};

const giftCards: Shelf = {
  name: 'Gift Cards',
  brands: [],
  choices: [{ name: 'Level', values: ['Bronze', 'Silver', 'Gold'], step: 2_500 }],
  facts: { Format: ['Email'] },
  grams: null,
  taxClass: 'ZERO',
  closing: 'Nothing is sent by post.',
  products: [['Gift Card', 2_500, 'There within minutes, and good for three years.']],
};

const courses: Shelf = {
  name: 'Courses',
  brands: ['Herd & Hof', 'Feinschliff'],
  choices: [],
  facts: { Format: ['Video'] },
  grams: null,
  closing: 'Nothing is sent by post.',
  products: [
    ['Knife Course', 3_900, 'From onions to fish, in twelve short films.'],
    ['Sourdough Course', 2_900, 'From the starter to the crust in one weekend.'],
  ],
};

export const home: Department = {
  name: 'Home',
  aisles: {
    Bedroom: [bedLinen, blankets],
    'Living Room': [cushions, lamps, candles],
    Bathroom: [towels],
    Storage: [baskets, hooks],
    Gifts: [giftCards, courses],
  },
};
