/** What people type into the demo shop, and what they mean: the measure of the search's quality. */
import type { Language } from '#contracts/language.ts';

export interface SearchPair {
  readonly query: string;
  readonly language: Language;
  /** Slugs that belong among the first five, the likeliest first. */
  readonly products?: readonly string[];
  /** Slug of a category: whatever the first five are, they belong on this shelf. */
  readonly shelf?: string;
}

type Meant = readonly [query: string, ...products: string[]];

const english: readonly Meant[] = [
  // As it is written.
  ['Trail Lamp 200', 'trail-lamp-200'],
  ['trail lamp', 'trail-lamp-200', 'trail-lamp-400'],
  ['last kettle', 'last-kettle'],
  ['gift card', 'gift-card'],
  ['moka pot', 'moka-pot'],
  // Accents, apostrophes, hyphens.
  ['saute pan', 'saute-pan'],
  ['CRÊPE', 'crepe-pan'],
  ['chefs knife', 'chefs-knife'],
  ['chef’s knife', 'chefs-knife'],
  ['sold out tent', 'sold-out-tent'],
  ['fold away hooks', 'fold-away-hooks'],
  // Plurals and other forms.
  ['copper kettles', 'copper-kettle'],
  ['trail socks', 'trail-sock'],
  ['bread knives', 'bread-knife'],
  ['floating candles', 'floating-candle'],
  ['steaming dumplings', 'steamer'],
  ['waffled blankets', 'waffle-blanket'],
  // Words in another order, together or apart.
  ['towel beach', 'beach-towel'],
  ['kettle whistle', 'whistle-kettle'],
  ['cheeseboard', 'cheese-board'],
  // Typing errors.
  ['shepard sleeping bag', 'shepherd-sleeping-bag'],
  ['thermo botle', 'thermo-bottle'],
  ['skilet', 'skillet'],
  ['heringbone blanket', 'herringbone-blanket'],
  ['expresso cup', 'espresso-cup'],
  ['santuko', 'santoku'],
  ['corduory cushion', 'corduroy-cushion'],
  ['seersuker', 'seersucker-set'],
  ['magnettic knife rail', 'magnetic-knife-rail'],
  ['hedlamp summit', 'summit-headlamp'],
  ['trial lamp', 'trail-lamp-200', 'trail-lamp-400'],
  ['mokka', 'moka-pot'],
  ['espreso', 'espresso-cup'],
  ['hamam towel', 'hammam-towel'],
  ['ibrick', 'ibrik'],
  ['piza peel', 'pizza-peel'],
  // Beginnings.
  ['herringb', 'herringbone-blanket'],
  ['percal', 'percale-set'],
  ['titan', 'titanium-spirit-stove'],
  ['fond', 'fondue-pot'],
  ['swan ne', 'swan-neck-kettle'],
  // Stock keeping units.
  ['TRAIL-LAMP-400-MOSS', 'trail-lamp-400'],
  ['sold-out-tent', 'sold-out-tent'],
  ['skillet-24-cm', 'skillet'],
  // Brands.
  ['Korbmacher', 'shopping-basket', 'bicycle-basket'],
  ['rostfrei press', 'french-press', 'travel-press'],
  ['Funkel headlamp', 'cave-headlamp', 'summit-headlamp'],
  ['leinenweber towel', 'waffle-towel', 'linen-towel', 'hammam-towel', 'sauna-towel', 'beach-towel'],
  // What it is for, and what is true of it.
  ['night vision', 'trail-lamp-200'],
  ['brook drinkable', 'filter-bottle'],
  ['green tea kettle', 'degree-kettle'],
  ['wool sleeping bag', 'shepherd-sleeping-bag'],
  ['hourglass coffee', 'long-black-pot'],
  ['jeju', 'olle-trails-map'],
  ['sourdough', 'sourdough-course'],
  ['four forks fondue', 'fondue-pot'],
  ['spelt', 'neck-roll'],
  ['backpack for photographers', 'photo-walk-pack'],
  ['induction wok', 'wok'],
  ['beeswax candle', 'pillar-candle', 'fir-candle', 'floating-candle'],
  ['linen bedding', 'washed-linen-set'],
  ['grandmother', 'enamel-kettle'],
  ['passport', 'travel-blanket'],
  ['midges', 'garden-torch'],
];

const korean: readonly Meant[] = [
  // As it is written, and with the spaces elsewhere.
  ['트레일 램프 200', 'trail-lamp-200'],
  ['트레일램프', 'trail-lamp-200', 'trail-lamp-400'],
  ['모카포트', 'moka-pot'],
  ['모카 포트', 'moka-pot'],
  ['프렌치프레스', 'french-press'],
  ['구리주전자', 'copper-kettle'],
  ['헤링본담요', 'herringbone-blanket'],
  ['빨래바구니', 'laundry-basket'],
  ['생일초', 'birthday-candles'],
  ['열쇠 걸이', 'key-board'],
  ['에스프레소잔', 'espresso-cup'],
  ['기프트카드', 'gift-card'],
  ['유리물병', 'glass-bottle-in-felt'],
  ['캔들 무화과', 'fig-candle'],
  // Beginnings and parts of words.
  ['보온', 'thermo-bottle', 'expedition-flask'],
  ['독서', 'reading-lamp', 'reading-cushion'],
  ['카메라', 'photo-walk-pack'],
  ['스탠드', 'desk-lamp', 'floor-lamp'],
  ['티타늄', 'titanium-spirit-stove'],
  ['타월', 'hammam-towel', 'sauna-towel', 'beach-towel'],
  ['나이프', 'chefs-knife', 'carving-knife'],
  // Typing errors, and the spellings that people use.
  ['달걀 후라이팬', 'egg-pan'],
  ['헤드렌턴 서밋', 'summit-headlamp'],
  ['에스프래소 잔', 'espresso-cup'],
  ['모카포드', 'moka-pot'],
  ['드립퍼', 'porcelain-filter', 'pour-over'],
  ['미니 렌턴', 'pocket-beam'],
  ['애기 담요', 'baby-blanket'],
  // With the particles of a sentence.
  ['고양이를 위한 그릇', 'cat-bowl'],
  ['어린이 침낭', 'little-bear-sleeping-bag'],
  // What it is for, and what is true of it.
  ['식칼', 'chefs-knife', 'santoku'],
  ['만두 찜기', 'steamer'],
  ['라면', 'noodle-bowl'],
  ['드립 주전자', 'swan-neck-kettle'],
  ['동계 침낭', 'deep-winter-sleeping-bag'],
  ['바람막이', 'wind-shirt', 'storm-lantern', 'wind-break-stove'],
  ['패딩', 'puff-jacket'],
  ['돗자리', 'picnic-blanket'],
  ['제주 올레길', 'olle-trails-map'],
  ['성곽길 지도', 'fortress-wall-map'],
  ['텀블러', 'travel-mug'],
  ['1인용 비박', 'bivvy-shelter'],
  ['LED 랜턴', 'storm-lantern'],
  ['울 침낭', 'shepherd-sleeping-bag'],
  ['크리스마스 초', 'fir-candle'],
  ['온라인 강의', 'knife-course', 'sourdough-course'],
  ['제주도 지도', 'olle-trails-map'],
  ['코펠', 'wind-break-stove'],
  ['모기', 'garden-torch'],
  ['Quell 물병', 'sip-lid-bottle', 'wide-neck-bottle', 'school-bottle'],
];

const shelves: readonly (readonly [Language, query: string, shelf: string])[] = [
  ['en', 'sleeping bag', 'sleeping-bags'],
  ['en', 'headlamps', 'headlamps'],
  ['en', 'Wachs & Docht', 'candles'],
  ['en', 'cusions', 'cushions'],
  ['en', 'sleepingbag', 'sleeping-bags'],
  ['en', 'frying pan', 'pans'],
  ['en', 'IPX7 headlamp', 'headlamps'],
  ['en', 'olive wood knife', 'knives'],
  ['ko', '침낭', 'sleeping-bags'],
  ['ko', '헤드랜턴', 'headlamps'],
  ['ko', '양말', 'socks'],
  ['ko', '프라이팬', 'pans'],
  ['ko', '머그컵', 'mugs'],
  ['ko', '등산 배낭', 'backpacks'],
  ['ko', '캠핑 버너', 'stoves'],
  ['ko', '자켓', 'jackets'],
  ['ko', '후라이팬', 'pans'],
];

/** Nothing in the shop is meant by these, and nothing is better than something. */
const nonsense: readonly (readonly [Language, query: string])[] = [
  ['en', 'qwxzvbn'],
  ['en', 'cryptocurrency'],
  ['en', 'zzzz'],
  ['en', 'laptop'],
  ['en', 'lawn mower'],
  ['en', '!!! ???'],
  ['ko', 'ㅁㄴㅇㄹ'],
  ['ko', '비트코인'],
  ['ko', '노트북'],
  ['ko', '선풍기'],
  ['ko', '운동화'],
  ['ko', '뷁쀓'],
];

const meant = (language: Language, pairs: readonly Meant[]): SearchPair[] =>
  pairs.map(([query, ...products]) => ({ query, language, products }));

export const searchPairs: readonly SearchPair[] = [
  ...meant('en', english),
  ...meant('ko', korean),
  ...shelves.map(([language, query, shelf]) => ({ query, language, shelf })),
  ...nonsense.map(([language, query]) => ({ query, language, products: [] })),
];
