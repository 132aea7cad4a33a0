import { type Department, dishwasher, guarantee, madeIn, type Shelf, textileCare } from './shelf.ts';

const camp = ['Nordlicht', 'Fernweh', 'Talwind'];
const earth = { name: 'Colour', values: ['Moss', 'Slate', 'Rust', 'Sand'], most: 3 };

const tents: Shelf = {
  name: 'Tents',
  brands: camp,
  choices: [{ name: 'Sleeps', values: ['1 person', '2 people', '3 people'], most: 3, step: 6_000 }],
  facts: { 'Packed size': ['38 × 14 cm', '44 × 16 cm', '52 × 18 cm'], Guarantee: guarantee },
  grams: [1_400, 4_200],
  closing: 'Comes with pegs, guy lines and a repair kit.',
  products: [
    ['Sold-Out Tent', 18_900, 'A light two-season tent that we can never make enough of.'],
    ['Ridge Line Tent', 24_900, 'Stands on any ground with two poles and four pegs.'],
    ['Lee Side Tent', 32_900, 'A low tunnel that shrugs off wind from the side.'],
    ['Long Weekend Tent', 21_900, 'Up in five minutes, with a porch for wet boots.'],
    ['Four Walls Tent', 45_900, 'Full standing height, and a window on every side.'],
    ['Bivvy Shelter', 12_900, 'For one, a night and no fuss.'],
    ['Storm Cap Tent', 52_900, 'Geodesic, for snow and for places without shelter.'],
    ['River Bend Tent', 27_900, 'Two doors, so that nobody climbs over anybody.'],
    ['Meadow Dome', 15_900, 'The first tent of many a family.'],
  ],
};

const sleepingBags: Shelf = {
  name: 'Sleeping Bags',
  brands: camp,
  choices: [{ name: 'Length', values: ['Regular', 'Long'], step: 1_500 }],
  facts: { 'Packed size': ['24 × 15 cm', '30 × 18 cm', '36 × 20 cm'], Care: textileCare },
  grams: [600, 1_900],
  closing: 'Packs into the sack that comes with it.',
  products: [
    ['Early Frost Sleeping Bag', 17_900, 'For the months when the grass is white in the morning.'],
    ['Summer Hut Sleeping Bag', 6_900, 'Thin, soft and washable, made for mountain huts.'],
    ['Deep Winter Sleeping Bag', 34_900, 'A draught collar and a hood that closes to a nose.'],
    ['Wide Awake Sleeping Bag', 12_900, 'Room for those who sleep on their side.'],
    ['Featherfall Sleeping Bag', 28_900, 'Weighs less than a full water bottle.', { grams: 680 }],
    ['Open Sky Quilt', 19_900, 'No back and no zip: half the weight of a bag.'],
    ['Caravan Sleeping Bag', 8_900, 'Opens flat and makes a blanket.'],
    ['Little Bear Sleeping Bag', 5_900, 'Grows along with its child by 30 cm.'],
    ['Shepherd Sleeping Bag', 23_900, 'Wool all through; warm even when damp.'],
  ],
};

const headlamps: Shelf = {
  name: 'Headlamps',
  brands: ['Nordlicht', 'Funkel'],
  choices: [{ name: 'Colour', values: ['Black', 'Moss', 'Rust'], most: 3 }],
  facts: { Charging: ['USB-C', 'Three AAA cells'], 'Water protection': ['IPX4', 'IPX7'] },
  grams: [60, 180],
  closing: 'The strap comes off for washing.',
  products: [
    [
      'Trail Lamp 200',
      3_490,
      '200 lumens, and a red light that spares your night vision.',
      { facts: { Brightness: 200 } },
    ],
    ['Trail Lamp 400', 5_490, '400 lumens with a beam that widens when you look down.', { facts: { Brightness: 400 } }],
    ['Night Run Headlamp', 6_990, 'The battery sits at the back, so nothing bounces.', { facts: { Brightness: 350 } }],
    ['Cave Headlamp', 11_900, 'Eleven hours at full light, and takes a knock.', { facts: { Brightness: 700 } }],
    ['Pocket Beam', 1_990, 'Small as a walnut, for the bottom of every bag.', { facts: { Brightness: 80 } }],
    ['Camp Glow Headlamp', 2_790, 'A warm, wide light for cooking and reading.', { facts: { Brightness: 120 } }],
    ['Signal Headlamp', 4_290, 'A flashing light behind, to be seen on roads.', { facts: { Brightness: 300 } }],
    ['Summit Headlamp', 8_990, 'Works at -20 °C, with gloves on.', { facts: { Brightness: 600 } }],
    [
      'Trail Lamp 100',
      2_490,
      '100 lumens, and where the trail lamps began.',
      { facts: { Brightness: 100 }, status: 'ARCHIVED' },
    ],
    ['Junior Headlamp', 1_790, 'Goes off by itself when forgotten under a blanket.', { facts: { Brightness: 60 } }],
  ],
};

const stoves: Shelf = {
  name: 'Stoves',
  brands: ['Talwind', 'Funkel'],
  choices: [],
  facts: { 'Made in': madeIn, Guarantee: guarantee },
  grams: [120, 1_400],
  closing: 'Fuel is not included.',
  products: [
    ['Pocket Stove', 3_990, 'Folds to the size of a matchbox.'],
    ['Twig Stove', 5_490, 'Burns what lies on the ground, and leaves no mark there.'],
    ['Wind Break Stove', 8_990, 'Burner, pot and shield in one piece.'],
    ['Two Flame Stove', 12_900, 'Rice and sauce at the same time.'],
    ['Simmer Stove', 6_490, 'Turns down so low that milk does not boil over.'],
    ['Titanium Spirit Stove', 4_490, 'Twenty grams and not one moving part.', { grams: 20 }],
    ['Base Camp Stove', 15_900, 'Carries a pot for eight.', { grams: 3_200 }],
    ['Coffee Stop Burner', 2_990, 'Just wide enough for a moka pot.'],
    ['Ember Grill', 7_990, 'A flat grill that unfolds over any fire.'],
  ],
};

const backpacks: Shelf = {
  name: 'Backpacks',
  brands: ['Fernweh', 'Wanderlust & Sons'],
  choices: [earth],
  facts: { Fabric: ['Waxed canvas', '210D recycled nylon'], Guarantee: guarantee },
  grams: [450, 2_100],
  closing: 'Every buckle can be replaced without a needle.',
  products: [
    ['Day Walk Pack', 7_990, 'For bread, a jacket and a book.', { facts: { Capacity: 18 } }],
    ['Hut Tour Pack', 13_900, 'Carries three days and stays close to the back.', { facts: { Capacity: 38 } }],
    ['Long Haul Pack', 21_900, 'A hip belt that takes the weight off your shoulders.', { facts: { Capacity: 60 } }],
    ['Roll Top Pack', 9_990, 'Closes tight at any filling, and keeps rain out.', { facts: { Capacity: 24 } }],
    ['Bicycle Pack', 11_900, 'Clips onto a rack; the straps hide behind a flap.', { facts: { Capacity: 20 } }],
    ['Market Pack', 6_990, 'Wide at the top, so that the eggs go in last.', { facts: { Capacity: 22 } }],
    ['Ridge Runner Vest', 8_490, 'Two bottles in front, and a whistle.', { facts: { Capacity: 8 } }],
    ['Photo Walk Pack', 15_900, 'Opens at the back, where nobody else can reach.', { facts: { Capacity: 26 } }],
    ['First Steps Pack', 4_490, 'A real pack in a small size.', { facts: { Capacity: 10 } }],
  ],
};

const bottles: Shelf = {
  name: 'Bottles',
  brands: ['Quell', 'Talwind'],
  choices: [{ name: 'Volume', values: ['0.5 l', '0.75 l', '1 l'], most: 3, step: 400 }],
  facts: { 'Dishwasher safe': dishwasher, 'Made in': madeIn },
  grams: [150, 420],
  closing: 'Spare lids and seals are always in stock.',
  products: [
    ['Spring Bottle', 2_490, 'One wall and one thread: light and simple.'],
    ['Thermo Bottle', 3_490, 'Tea stays hot for twelve hours, ice for a day.'],
    ['Sip Lid Bottle', 2_890, 'Opens with one hand on the handlebar.'],
    ['Glass Bottle in Felt', 3_190, 'Tastes of nothing but water.'],
    ['Soft Flask', 1_990, 'Shrinks as you drink, so that nothing sloshes.'],
    ['Wide Neck Bottle', 2_690, 'Takes ice cubes, soup and a brush.'],
    ['Filter Bottle', 4_990, 'Makes a brook drinkable.'],
    ['Expedition Flask', 4_490, 'The cup on top is insulated as well.'],
    ['School Bottle', 1_790, 'Survives the bottom of a satchel.'],
  ],
};

const trailMaps: Shelf = {
  name: 'Trail Maps',
  brands: ['Fernweh'],
  choices: [],
  facts: { Format: ['PDF'] },
  grams: null,
  taxClass: 'REDUCED',
  closing: 'A PDF to print or to carry on the phone.',
  products: [
    ['Lakes Trail Map', 990, 'Seven lakes, and the twenty-four camp sites on their shores.'],
    ['High Huts Map', 1_290, 'Every hut on the ridge, with its beds and its telephone number.'],
    ['Coast Path Map', 990, 'Red where the tide cuts the path off.'],
    ['Olle Trails Map', 1_490, 'All twenty-seven walks on Jeju, with buses, tea houses and shade.'],
    ['Fortress Wall Map', 890, 'Nineteen kilometres and eight gates, once around old Seoul.'],
  ],
};

const jackets: Shelf = {
  name: 'Jackets',
  brands: ['Fernweh', 'Wanderlust & Sons'],
  choices: [
    { name: 'Size', values: ['S', 'M', 'L'] },
    { ...earth, most: 2 },
  ],
  facts: { 'Made in': madeIn, Guarantee: guarantee },
  grams: [250, 1_300],
  closing: 'We repair it, for as long as there is something to repair.',
  products: [
    ['Drizzle Jacket', 12_900, 'For the kind of rain that does not deserve an umbrella.'],
    ['North Wall Jacket', 32_900, 'Three layers, taped seams, no excuses.'],
    ['Wind Shirt', 8_900, 'Fits into its own pocket.'],
    ['Loden Coat', 28_900, 'The oldest softshell there is.', { isMadeToOrder: true }],
    ['Harbour Jacket', 19_900, 'A high collar, and pockets lined with fleece.'],
    ['Puff Jacket', 16_900, 'Warm under a shell, and good enough without.'],
    ['Field Jacket', 22_900, 'Waxed, with room for a map.'],
    ['Camp Fire Smock', 14_900, 'Thick cotton that sparks do not bother.'],
    ['Autumn Parka', 26_900, 'To be ready when the leaves begin to fall.', { status: 'DRAFT' }],
  ],
};

const socks: Shelf = {
  name: 'Socks',
  brands: ['Wanderlust & Sons', 'Strickwerk'],
  choices: [{ name: 'Size', values: ['36–38', '39–41', '42–44', '45–47'] }],
  facts: { Care: textileCare, 'Made in': madeIn },
  grams: [40, 140],
  closing: 'Sold in pairs; a hole within two years is replaced.',
  products: [
    ['Trail Sock', 1_890, 'Left and right are not the same.'],
    ['Hut Slipper Sock', 2_990, 'A leather sole, sewn on by hand.'],
    ['Snow Sock', 2_490, 'Up to the knee, and padded at the shin.'],
    ['Liner Sock', 1_290, 'Worn underneath: it rubs so that you do not.'],
    ['Town Sock', 1_490, 'Wool that passes for something finer.'],
    ['Runner Sock', 1_690, 'Short, thin, and quick to dry.'],
    ['Fisherman Sock', 2_290, 'Undyed, heavy, and warm when wet.'],
    ['Sunday Sock', 1_590, 'Striped, for days without shoes.'],
    ['Cyclist Sock', 1_790, 'A thin sole for stiff shoes.'],
  ],
};

export const outdoor: Department = {
  name: 'Outdoor',
  aisles: {
    Camping: [tents, sleepingBags, headlamps, stoves],
    Hiking: [backpacks, bottles, trailMaps],
    Clothing: [jackets, socks],
  },
};
