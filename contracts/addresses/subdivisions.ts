/**
 * States, provinces and prefectures of the countries whose addresses name one: the part of the ISO 3166-2 code after the
 * country's, then its names, the one that is printed first. (Hong Kong's areas have no ISO code; these are the common ones.)
 */

export interface Subdivision {
  readonly code: string;
  readonly names: readonly string[];
}

const parsed = (list: string): readonly Subdivision[] =>
  list
    .trim()
    .split(/\s*,\s*/)
    .map((entry) => {
      const [code = '', ...words] = entry.split(/\s+/);
      return { code, names: words.join(' ').split('/') };
    });

const subdivisions: Readonly<Record<string, readonly Subdivision[]>> = {
  AE: parsed(`AZ Abu Dhabi/أبو ظبي, AJ Ajman/عجمان, DU Dubai/دبي, FU Fujairah/الفجيرة, RK Ras Al Khaimah/رأس الخيمة,
    SH Sharjah/الشارقة, UQ Umm Al Quwain/أم القيوين`),
  AR: parsed(`C Ciudad Autónoma de Buenos Aires/CABA/Capital Federal, B Buenos Aires, K Catamarca, H Chaco, U Chubut,
    X Córdoba, W Corrientes, E Entre Ríos, P Formosa, Y Jujuy, L La Pampa, F La Rioja, M Mendoza, N Misiones, Q Neuquén,
    R Río Negro, A Salta, J San Juan, D San Luis, Z Santa Cruz, S Santa Fe, G Santiago del Estero, V Tierra del Fuego,
    T Tucumán`),
  AU: parsed(`ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland,
    SA South Australia, TAS Tasmania, VIC Victoria, WA Western Australia`),
  BR: parsed(`AC Acre, AL Alagoas, AP Amapá, AM Amazonas, BA Bahia, CE Ceará, DF Distrito Federal, ES Espírito Santo,
    GO Goiás, MA Maranhão, MT Mato Grosso, MS Mato Grosso do Sul, MG Minas Gerais, PA Pará, PB Paraíba, PR Paraná,
    PE Pernambuco, PI Piauí, RJ Rio de Janeiro, RN Rio Grande do Norte, RS Rio Grande do Sul, RO Rondônia, RR Roraima,
    SC Santa Catarina, SP São Paulo, SE Sergipe, TO Tocantins`),
  CA: parsed(`AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, NS Nova Scotia,
    NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec/Québec, SK Saskatchewan, YT Yukon`),
  CN: parsed(`AH 安徽省/Anhui/安徽, BJ 北京市/Beijing/北京, CQ 重庆市/Chongqing/重庆, FJ 福建省/Fujian/福建, GD 广东省/Guangdong/广东,
    GS 甘肃省/Gansu/甘肃, GX 广西壮族自治区/Guangxi/广西, GZ 贵州省/Guizhou/贵州, HA 河南省/Henan/河南, HB 湖北省/Hubei/湖北,
    HE 河北省/Hebei/河北, HI 海南省/Hainan/海南, HL 黑龙江省/Heilongjiang/黑龙江, HN 湖南省/Hunan/湖南, JL 吉林省/Jilin/吉林,
    JS 江苏省/Jiangsu/江苏, JX 江西省/Jiangxi/江西, LN 辽宁省/Liaoning/辽宁, NM 内蒙古自治区/Inner Mongolia/Nei Mongol/内蒙古,
    NX 宁夏回族自治区/Ningxia/宁夏, QH 青海省/Qinghai/青海, SC 四川省/Sichuan/四川, SD 山东省/Shandong/山东, SH 上海市/Shanghai/上海,
    SN 陕西省/Shaanxi/陕西, SX 山西省/Shanxi/山西, TJ 天津市/Tianjin/天津, XJ 新疆维吾尔自治区/Xinjiang/新疆, XZ 西藏自治区/Tibet/Xizang/西藏,
    YN 云南省/Yunnan/云南, ZJ 浙江省/Zhejiang/浙江`),
  ES: parsed(`A Alicante/Alacant, AB Albacete, AL Almería, AV Ávila, B Barcelona, BA Badajoz, BI Bizkaia/Vizcaya, BU Burgos,
    C A Coruña/La Coruña, CA Cádiz, CC Cáceres, CE Ceuta, CO Córdoba, CR Ciudad Real, CS Castellón/Castelló, CU Cuenca,
    GC Las Palmas, GI Girona/Gerona, GR Granada, GU Guadalajara, H Huelva, HU Huesca, J Jaén, L Lleida/Lérida, LE León,
    LO La Rioja, LU Lugo, M Madrid, MA Málaga, ML Melilla, MU Murcia, NA Navarra/Nafarroa, O Asturias, OR Ourense/Orense,
    P Palencia, PM Illes Balears/Islas Baleares/Baleares, PO Pontevedra, S Cantabria, SA Salamanca, SE Sevilla, SG Segovia,
    SO Soria, SS Gipuzkoa/Guipúzcoa, T Tarragona, TE Teruel, TF Santa Cruz de Tenerife, TO Toledo, V Valencia/València,
    VA Valladolid, VI Araba/Álava, Z Zaragoza, ZA Zamora`),
  HK: parsed('HK 香港島/Hong Kong Island/香港, KL 九龍/Kowloon, NT 新界/New Territories'),
  IE: parsed(`CW Carlow, CN Cavan, CE Clare, CO Cork, DL Donegal, D Dublin, G Galway, KY Kerry, KE Kildare, KK Kilkenny,
    LS Laois, LM Leitrim, LK Limerick, LD Longford, LH Louth, MO Mayo, MH Meath, MN Monaghan, OY Offaly, RN Roscommon,
    SO Sligo, TA Tipperary, WD Waterford, WH Westmeath, WX Wexford, WW Wicklow`),
  IN: parsed(`AN Andaman and Nicobar Islands, AP Andhra Pradesh, AR Arunachal Pradesh, AS Assam, BR Bihar, CH Chandigarh,
    CG Chhattisgarh, DH Dadra and Nagar Haveli and Daman and Diu, DL Delhi/New Delhi, GA Goa, GJ Gujarat, HR Haryana,
    HP Himachal Pradesh, JK Jammu and Kashmir, JH Jharkhand, KA Karnataka, KL Kerala, LA Ladakh, LD Lakshadweep,
    MP Madhya Pradesh, MH Maharashtra, MN Manipur, ML Meghalaya, MZ Mizoram, NL Nagaland, OD Odisha/Orissa,
    PY Puducherry/Pondicherry, PB Punjab, RJ Rajasthan, SK Sikkim, TN Tamil Nadu, TS Telangana, TR Tripura,
    UP Uttar Pradesh, UK Uttarakhand, WB West Bengal`),
  IT: parsed(`AG Agrigento, AL Alessandria, AN Ancona, AO Aosta, AR Arezzo, AP Ascoli Piceno, AT Asti, AV Avellino, BA Bari,
    BT Barletta-Andria-Trani, BL Belluno, BN Benevento, BG Bergamo, BI Biella, BO Bologna, BZ Bolzano/Bozen, BS Brescia,
    BR Brindisi, CA Cagliari, CL Caltanissetta, CB Campobasso, CE Caserta, CT Catania, CZ Catanzaro, CH Chieti, CO Como,
    CS Cosenza, CR Cremona, KR Crotone, CN Cuneo, EN Enna, FM Fermo, FE Ferrara, FI Firenze, FG Foggia, FC Forlì-Cesena,
    FR Frosinone, GE Genova, GO Gorizia, GR Grosseto, IM Imperia, IS Isernia, SP La Spezia, AQ L'Aquila, LT Latina, LE Lecce,
    LC Lecco, LI Livorno, LO Lodi, LU Lucca, MC Macerata, MN Mantova, MS Massa-Carrara, MT Matera, ME Messina, MI Milano,
    MO Modena, MB Monza e della Brianza, NA Napoli, NO Novara, NU Nuoro, OR Oristano, PD Padova, PA Palermo, PR Parma,
    PV Pavia, PG Perugia, PU Pesaro e Urbino, PE Pescara, PC Piacenza, PI Pisa, PT Pistoia, PN Pordenone, PZ Potenza,
    PO Prato, RG Ragusa, RA Ravenna, RC Reggio Calabria, RE Reggio Emilia, RI Rieti, RN Rimini, RM Roma, RO Rovigo,
    SA Salerno, SS Sassari, SV Savona, SI Siena, SR Siracusa, SO Sondrio, SU Sud Sardegna, TA Taranto, TE Teramo, TR Terni,
    TO Torino, TP Trapani, TN Trento, TV Treviso, TS Trieste, UD Udine, VA Varese, VE Venezia, VB Verbano-Cusio-Ossola,
    VC Vercelli, VR Verona, VV Vibo Valentia, VI Vicenza, VT Viterbo`),
  JP: parsed(`01 北海道/Hokkaido, 02 青森県/Aomori, 03 岩手県/Iwate, 04 宮城県/Miyagi, 05 秋田県/Akita, 06 山形県/Yamagata,
    07 福島県/Fukushima, 08 茨城県/Ibaraki, 09 栃木県/Tochigi, 10 群馬県/Gunma, 11 埼玉県/Saitama, 12 千葉県/Chiba, 13 東京都/Tokyo,
    14 神奈川県/Kanagawa, 15 新潟県/Niigata, 16 富山県/Toyama, 17 石川県/Ishikawa, 18 福井県/Fukui, 19 山梨県/Yamanashi,
    20 長野県/Nagano, 21 岐阜県/Gifu, 22 静岡県/Shizuoka, 23 愛知県/Aichi, 24 三重県/Mie, 25 滋賀県/Shiga, 26 京都府/Kyoto,
    27 大阪府/Osaka, 28 兵庫県/Hyogo, 29 奈良県/Nara, 30 和歌山県/Wakayama, 31 鳥取県/Tottori, 32 島根県/Shimane, 33 岡山県/Okayama,
    34 広島県/Hiroshima, 35 山口県/Yamaguchi, 36 徳島県/Tokushima, 37 香川県/Kagawa, 38 愛媛県/Ehime, 39 高知県/Kochi,
    40 福岡県/Fukuoka, 41 佐賀県/Saga, 42 長崎県/Nagasaki, 43 熊本県/Kumamoto, 44 大分県/Oita, 45 宮崎県/Miyazaki,
    46 鹿児島県/Kagoshima, 47 沖縄県/Okinawa`),
  KR: parsed(`11 서울특별시/Seoul/서울/서울시, 26 부산광역시/Busan/부산/부산시, 27 대구광역시/Daegu/대구/대구시, 28 인천광역시/Incheon/인천/인천시,
    29 광주광역시/Gwangju/광주/광주시, 30 대전광역시/Daejeon/대전/대전시, 31 울산광역시/Ulsan/울산/울산시, 50 세종특별자치시/Sejong/세종/세종시,
    41 경기도/Gyeonggi-do/경기/Gyeonggi, 42 강원특별자치도/Gangwon-do/강원/강원도/Gangwon,
    43 충청북도/Chungcheongbuk-do/충북/North Chungcheong, 44 충청남도/Chungcheongnam-do/충남/South Chungcheong,
    45 전북특별자치도/Jeonbuk-do/전북/전라북도/Jeollabuk-do/North Jeolla, 46 전라남도/Jeollanam-do/전남/South Jeolla,
    47 경상북도/Gyeongsangbuk-do/경북/North Gyeongsang, 48 경상남도/Gyeongsangnam-do/경남/South Gyeongsang,
    49 제주특별자치도/Jeju-do/제주/제주도/Jeju`),
  MX: parsed(`AGU Aguascalientes, BCN Baja California, BCS Baja California Sur, CAM Campeche, CHP Chiapas, CHH Chihuahua,
    CMX Ciudad de México/CDMX/Mexico City, COA Coahuila, COL Colima, DUR Durango, GUA Guanajuato, GRO Guerrero, HID Hidalgo,
    JAL Jalisco, MEX Estado de México/México, MIC Michoacán, MOR Morelos, NAY Nayarit, NLE Nuevo León, OAX Oaxaca, PUE Puebla,
    QUE Querétaro, ROO Quintana Roo, SLP San Luis Potosí, SIN Sinaloa, SON Sonora, TAB Tabasco, TAM Tamaulipas, TLA Tlaxcala,
    VER Veracruz, YUC Yucatán, ZAC Zacatecas`),
  TW: parsed(`CHA 彰化縣/Changhua County, CYI 嘉義市/Chiayi City, CYQ 嘉義縣/Chiayi County, HSQ 新竹縣/Hsinchu County,
    HSZ 新竹市/Hsinchu City, HUA 花蓮縣/Hualien County, ILA 宜蘭縣/Yilan County, KEE 基隆市/Keelung City, KHH 高雄市/Kaohsiung City,
    KIN 金門縣/Kinmen County, LIE 連江縣/Lienchiang County, MIA 苗栗縣/Miaoli County, NAN 南投縣/Nantou County,
    NWT 新北市/New Taipei City, PEN 澎湖縣/Penghu County, PIF 屏東縣/Pingtung County, TAO 桃園市/Taoyuan City,
    TNN 臺南市/Tainan City/台南市, TPE 臺北市/Taipei City/台北市/Taipei, TTT 臺東縣/Taitung County/台東縣,
    TXG 臺中市/Taichung City/台中市, YUN 雲林縣/Yunlin County`),
  US: parsed(`AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
    DC District of Columbia/Washington DC, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa,
    KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi,
    MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York,
    NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island, SC South Carolina,
    SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington, WV West Virginia, WI Wisconsin,
    WY Wyoming, AS American Samoa, GU Guam, MP Northern Mariana Islands, PR Puerto Rico, VI Virgin Islands,
    AA Armed Forces Americas, AE Armed Forces Europe, AP Armed Forces Pacific`),
};

/** In capital letters, without accents: people type `Sao Paulo`. Hangul and kana stay whole. */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toUpperCase();

const byName: ReadonlyMap<string, ReadonlyMap<string, Subdivision>> = new Map(
  Object.entries(subdivisions).map(([country, list]) => {
    const codes = list.flatMap((it) => [it.code, `${country}-${it.code}`].map((name) => [name, it] as const));
    const names = list.flatMap((it) => it.names.map((name) => [folded(name), it] as const));
    // A code goes before a name that is written alike.
    return [country, new Map([...names, ...codes])];
  }),
);

/** All of a country, or nothing where addresses name none or any text will do. */
export const subdivisionsOf = (country: string): readonly Subdivision[] | undefined => subdivisions[country];

/** The one of this code (with or without the country's before it) or name. */
export const findSubdivision = (country: string, typed: string): Subdivision | undefined =>
  byName.get(country)?.get(folded(typed));
