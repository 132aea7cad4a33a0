import { type Department, dishwasher, guarantee, madeIn, type Shelf } from './shelf.ts';

const smiths = ['Amboss', 'Herd & Hof', 'Feinschliff'];
const potters = ['Tonwerk', 'Herd & Hof'];
const glaze = { name: 'Colour', values: ['Chalk', 'Ink', 'Ochre', 'Sage'], most: 3 };

const pans: Shelf = {
  name: 'Pans',
  brands: smiths,
  choices: [{ name: 'Diameter', values: ['20 cm', '24 cm', '28 cm'], most: 3, step: 1_200 }],
  facts: { Hob: ['All, induction included'], Guarantee: guarantee },
  grams: [900, 2_400],
  closing: 'No coating that could wear off.',
  products: [
    ['Everyday Pan', 5_490, 'Heats fast, and forgives a fork.'],
    ['Smith Pan', 7_990, 'Forged from one piece; no rivets to clean around.'],
    ['Skillet', 4_990, 'Goes from the hob to the oven to the table.'],
    ['Crêpe Pan', 3_990, 'A rim so low that turning is easy.'],
    ['Grill Pan', 6_490, 'High ridges, and a spout for the fat.'],
    ['Sauté Pan', 8_990, 'High and straight, with a lid that fits the pot as well.'],
    ['Wok', 7_490, 'Flat below for modern hobs, round where it matters.'],
    ['Egg Pan', 2_990, 'For one egg, or two that like each other.'],
    ['Fish Pan', 8_490, 'Oval, as fish are.'],
  ],
};

const pots: Shelf = {
  name: 'Pots',
  brands: smiths,
  choices: [{ name: 'Volume', values: ['1.5 l', '3 l', '5 l'], most: 3, step: 1_800 }],
  facts: { Handles: ['Stay cool', 'Oven-proof'], Guarantee: guarantee },
  grams: [1_100, 4_200],
  closing: 'Marks inside tell how much is in it.',
  products: [
    ['Stock Pot', 8_990, 'Tall and narrow, for soups that take a day.'],
    ['Sauce Pot', 5_990, 'Pours from either side without a drip.'],
    ['Sunday Roaster', 13_900, 'Heavy lid, slow heat, tender meat.'],
    ['Milk Pot', 3_490, 'Double walls: nothing burns.'],
    ['Pasta Pot', 9_990, 'The strainer sits inside the lid.'],
    ['Bean Pot', 7_490, 'Round as a belly, and as warm.'],
    ['Steamer', 6_990, 'Two floors for vegetables and dumplings.'],
    ['Jam Pot', 10_900, 'Wide, so that the fruit boils down quickly.'],
    ['Fondue Pot', 7_990, 'With six forks that nobody mixes up.'],
  ],
};

const knives: Shelf = {
  name: 'Knives',
  brands: ['Feinschliff', 'Amboss'],
  choices: [{ name: 'Handle', values: ['Walnut', 'Olive wood', 'Black'], most: 2 }],
  facts: { Steel: ['X50CrMoV15', 'C100, not stainless', 'Damascus, 33 layers'], Hardness: [56, 60] },
  grams: [80, 320],
  closing: 'Sharpened by hand; send it back once a year and we do it again.',
  products: [
    ['Chef’s Knife', 8_990, 'The one that is in the hand most of the day.'],
    ['Paring Knife', 2_490, 'Short, pointed, and never far away.'],
    ['Bread Knife', 6_490, 'Long teeth that do not tear the crumb.'],
    ['Santoku', 9_490, 'For onions, herbs and other small things.'],
    ['Boning Knife', 5_990, 'Bends where the bone does.'],
    ['Tomato Knife', 2_990, 'Two tips to serve what it cut.'],
    ['Carving Knife', 7_990, 'Slices so thin that they count twice.'],
    ['Oyster Knife', 3_490, 'Short and stubborn, like an oyster.'],
    ['Picnic Knife', 3_990, 'Folds, and opens a bottle too.'],
  ],
};

const kettles: Shelf = {
  name: 'Kettles',
  brands: ['Herd & Hof', 'Quell'],
  choices: [],
  facts: { 'Filling volume': [800, 1_200, 1_700], Guarantee: guarantee },
  grams: [500, 1_400],
  closing: 'Water touches steel and nothing else.',
  products: [
    ['Last Kettle', 6_990, 'The last one of a design from 1971; the tools are worn out.'],
    ['Whistle Kettle', 4_990, 'Tells the whole house.'],
    ['Swan Neck Kettle', 8_490, 'Pours slowly, and exactly where you look.'],
    ['Quick Kettle', 5_490, 'A cup in forty seconds.'],
    ['Degree Kettle', 9_990, 'Set it to 70 °C for green tea, and it stops there.'],
    ['Enamel Kettle', 4_490, 'As it stood on your grandmother’s stove.'],
    ['Camp Kettle', 3_290, 'Wide and flat, boils on a twig fire.'],
    ['Glass Kettle', 5_990, 'Worth watching.'],
    ['Copper Kettle', 14_900, 'Turns brown, then green, then into an heirloom.'],
  ],
};

const coffee: Shelf = {
  name: 'Coffee Makers',
  brands: ['Röstfrei', 'Herd & Hof'],
  choices: [{ name: 'Cups', values: ['2 cups', '4 cups', '6 cups'], most: 3, step: 700 }],
  facts: { 'Dishwasher safe': dishwasher, Guarantee: guarantee },
  grams: [250, 1_200],
  closing: 'A measuring spoon is in the box.',
  products: [
    ['Pour Over', 2_990, 'Four ribs, one hole, and a clean cup.'],
    ['Moka Pot', 3_490, 'Bubbles when it is ready.'],
    ['French Press', 3_990, 'Four minutes, then push.'],
    ['Cold Brew Jar', 2_790, 'Steeps overnight in the fridge door.'],
    ['Syphon', 11_900, 'Chemistry lesson with a good ending.'],
    ['Travel Press', 3_190, 'Brew it and drink from it.'],
    ['Porcelain Filter', 2_490, 'Keeps the heat where it belongs.'],
    ['Long Black Pot', 4_290, 'Hourglass in one piece of glass, with a wooden collar.'],
    ['Ibrik', 2_690, 'For coffee as black as the night.'],
  ],
};

const mugs: Shelf = {
  name: 'Mugs',
  brands: potters,
  choices: [glaze],
  facts: { 'Dishwasher safe': dishwasher, 'Made in': madeIn },
  grams: [250, 420],
  closing: 'Thrown by hand, so no two are quite the same.',
  products: [
    ['Morning Mug', 1_990, 'A handle for three fingers.'],
    ['Tall Mug', 2_290, 'Stays warm to the end of the mail.'],
    ['Tumbler without Handle', 1_690, 'For hands that like to be warm.'],
    ['Espresso Cup', 1_290, 'Thick walls for two sips.'],
    ['Camp Mug', 1_490, 'Falls off the table and laughs.'],
    ['Soup Mug', 2_490, 'Two handles, and room for a slice of bread.'],
    ['Tea Bowl', 2_690, 'The glaze runs as it pleases.'],
    ['Children’s Mug', 1_590, 'Wide foot, hard to knock over.'],
    ['Travel Mug', 2_990, 'A lid that does not leak in a bag.'],
  ],
};

const bowls: Shelf = {
  name: 'Bowls',
  brands: potters,
  choices: [glaze],
  facts: { 'Dishwasher safe': dishwasher, 'Made in': madeIn },
  grams: [280, 900],
  closing: 'They stack, in any order.',
  products: [
    ['Cereal Bowl', 1_790, 'Straight sides for the last spoonful.'],
    ['Salad Bowl', 4_490, 'Big enough to toss in, not only to serve.'],
    ['Noodle Bowl', 2_490, 'Deep, with a dent for the sticks.'],
    ['Mixing Bowl', 3_490, 'A spout, and a ring below against sliding.'],
    ['Fruit Bowl', 5_990, 'Full of holes, so that pears keep.'],
    ['Dip Bowl', 890, 'For salt, sauce, or a single olive.'],
    ['Pasta Plate', 2_290, 'Half bowl, half plate, all sauce.'],
    ['Dough Bowl', 4_990, 'Wood that warms while the dough rises.'],
    ['Cat Bowl', 1_590, 'Heavy, because cats push.'],
  ],
};

const boards: Shelf = {
  name: 'Cutting Boards',
  brands: ['Holzhaus', 'Feinschliff'],
  choices: [{ name: 'Size', values: ['30 × 20 cm', '40 × 30 cm', '50 × 35 cm'], most: 3, step: 1_500 }],
  facts: { Wood: ['Walnut', 'Oak', 'Ash', 'Beech'], 'Made in': madeIn },
  grams: [600, 3_200],
  closing: 'Oiled once with linseed; yours to oil again.',
  products: [
    ['Kitchen Board', 3_490, 'Plain, thick, and flat for years.'],
    ['Carving Board', 5_990, 'A groove all around, and a well for the juice.'],
    ['Bread Board', 3_990, 'The slats lift out, and the crumbs with them.'],
    ['Herb Board', 2_990, 'Hollow in the middle, for a rocking knife.'],
    ['Serving Board', 4_490, 'A handle long enough for a guest.'],
    ['Butcher Block', 12_900, 'Eight centimetres of end grain on rubber feet.', { grams: 9_500, isMadeToOrder: true }],
    ['Breakfast Board', 1_490, 'Instead of a plate.'],
    ['Pizza Peel', 3_290, 'As thin as it can be, to slide under.'],
    ['Cheese Board', 3_790, 'With a dome against flies and friends.'],
  ],
};

export const kitchen: Department = {
  name: 'Kitchen',
  aisles: {
    Cooking: [pans, pots, knives, boards],
    'Coffee and Tea': [kettles, coffee],
    Tableware: [mugs, bowls],
  },
};
